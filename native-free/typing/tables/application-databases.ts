/**
 * SQLite databases of known applications, told by the names of their tables. One row a kind: edit here to name another. The
 * first row whose tables are all there wins, so the stricter row stands before the looser one.
 */
import type { TypeRow } from "../type-row.ts";

export interface ApplicationDatabase extends TypeRow {
  /** All of these must be tables of the database; SQLite compares names without regard to case. */
  readonly tables: readonly string[];
  /** No more tables than this, where the names alone are too common; SQLite's own are not counted. */
  readonly most?: number;
}

/** Extensions that applications give to any database. */
const usual = "db sqlite sqlite3";

function kind(id: string, name: string, tables: string, extra: { ext?: string; most?: number } = {}) {
  const { ext = usual, most } = extra;
  const row = { id, name, parent: "sqlite", mime: "application/vnd.sqlite3", ext, tables: tables.split(" ") };
  return most === undefined ? row : { ...row, most };
}

export const browserTypes: readonly ApplicationDatabase[] = [
  kind("chrome-history", "Chrome, Edge or Opera history", "urls visits keyword_search_terms"),
  kind("chrome-login-data", "Chrome logins", "logins meta"),
  kind("chrome-web-data", "Chrome form data", "autofill keywords meta"),
  kind("chrome-favicons", "Chrome page icons", "favicons icon_mapping favicon_bitmaps"),
  kind("chrome-top-sites", "Chrome most visited pages", "top_sites meta"),
  kind("chrome-shortcuts", "Chrome address bar completions", "omni_box_shortcuts"),
  kind("chrome-cookies", "Chrome cookies", "cookies meta", { most: 3 }),
  kind("firefox-places", "Firefox history and bookmarks", "moz_places moz_historyvisits"),
  kind("firefox-cookies", "Firefox cookies", "moz_cookies"),
  kind("firefox-form-history", "Firefox form data", "moz_formhistory"),
  kind("firefox-favicons", "Firefox page icons", "moz_icons moz_pages_w_icons"),
  kind("firefox-permissions", "Firefox permissions of sites", "moz_perms"),
  kind("firefox-downloads", "Firefox downloads (before 26)", "moz_downloads"),
  kind("firefox-signons", "Firefox logins (before 32)", "moz_logins"),
  kind("firefox-web-storage", "Firefox storage of sites", "webappsstore2"),
  kind("firefox-indexed-db", "Firefox IndexedDB", "database object_store object_data"),
  kind("firefox-keys", "Firefox key store (NSS)", "metadata nssprivate"),
  kind("firefox-certificates", "Firefox certificates (NSS)", "nsspublic"),
  kind("safari-history", "Safari history", "history_items history_visits"),
  kind("safari-cloud-tabs", "Safari tabs of other devices", "cloud_tabs cloud_tab_devices"),
  kind("safari-bookmarks", "Safari bookmarks (iOS)", "bookmarks bookmark_title_words"),
  kind("webkit-storage", "WebKit storage of sites", "itemtable", { ext: "localstorage db sqlite3", most: 1 }),
  kind("webkit-cache", "WebKit cache", "cfurl_cache_response cfurl_cache_blob_data"),
];

export const chatDatabaseTypes: readonly ApplicationDatabase[] = [
  kind("whatsapp-messages", "WhatsApp messages (Android)", "messages chat_list"),
  kind("whatsapp-messages-new", "WhatsApp messages (Android, 2021 and later)", "message chat jid message_media"),
  kind("whatsapp-contacts", "WhatsApp contacts (Android)", "wa_contacts"),
  kind("whatsapp-ios", "WhatsApp messages (iOS)", "zwamessage zwachatsession"),
  kind("signal-android", "Signal messages (Android)", "recipient thread identities one_time_prekeys"),
  kind("signal-desktop", "Signal messages (desktop)", "conversations messages signedprekeys items"),
  kind("telegram-android", "Telegram messages (Android)", "dialogs enc_chats users chats"),
  kind("telegram-apple", "Telegram messages (iOS, macOS)", "t0 t2 t7 t8 t9"),
  kind("imessage", "iMessage and SMS (iOS, macOS)", "message chat handle chat_message_join"),
  kind("android-sms", "SMS and MMS (Android)", "sms threads canonical_addresses pdu"),
  kind("skype-main", "Skype messages", "messages conversations contacts callmembers"),
  kind("skype-store", "Skype messages (version 8)", "messagesv12 conversationsv14"),
  kind("wechat-messages", "WeChat messages", "message rcontact chatroom"),
  kind("viber-android", "Viber messages (Android)", "messages conversations participants_info"),
  kind("viber-desktop", "Viber messages (desktop)", "events messages chatinfo contact"),
  kind("facebook-messenger", "Facebook Messenger messages", "messages threads thread_participants"),
  kind("kik-messages", "Kik messages", "messagestable kikcontactstable"),
  kind("threema-messages", "Threema messages", "message contacts m_group session"),
  kind("line-messages", "LINE messages", "chat_history chat contacts"),
  kind("snapchat-messages", "Snapchat messages (arroyo)", "conversation conversation_message"),
];

export const mailDatabaseTypes: readonly ApplicationDatabase[] = [
  kind("thunderbird-index", "Thunderbird index of messages", "messagestext_content folderlocations conversations"),
  kind("apple-mail-index", "Apple Mail index", "messages mailboxes subjects addresses", { ext: `${usual} envelope` }),
  kind("ios-address-book", "Address book (iOS, macOS)", "abperson abmultivalue", { ext: `${usual} sqlitedb` }),
  kind("android-contacts", "Contacts (Android)", "raw_contacts mimetypes data"),
  kind("ios-calendar", "Calendar (iOS, macOS)", "calendaritem calendar store", { ext: `${usual} sqlitedb` }),
  kind("android-calendar", "Calendar (Android)", "events calendars attendees reminders"),
];

export const systemDatabaseTypes: readonly ApplicationDatabase[] = [
  kind("windows-activities", "Windows timeline (ActivitiesCache)", "activity activityoperation"),
  kind("windows-notifications", "Windows notifications", "notification notificationhandler"),
  kind("windows-events-transcript", "Windows diagnostic data", "events_persisted"),
  kind("windows-search-sqlite", "Windows search index (Windows 11)", "systemindex_1_propertystore"),
  kind("windows-sticky-notes", "Sticky notes (Windows)", "note user syncstate"),
  kind("your-phone", "Phone Link messages (Windows)", "message conversation rcs_chat"),
  kind("ios-backup-manifest", "iOS backup index (Manifest.db)", "files properties", { most: 2 }),
  kind("ios-calls", "Call history (iOS, macOS)", "zcallrecord", { ext: `${usual} storedata` }),
  kind("android-calls", "Call history (Android)", "calls voicemail_status"),
  kind("apple-notes", "Notes (iOS, macOS)", "ziccloudsyncingobject", { ext: `${usual} storedata` }),
  kind("apple-photos", "Photo library (iOS, macOS)", "zadditionalassetattributes"),
  kind("apple-knowledge", "Use of device (KnowledgeC)", "zobject zstructuredmetadata zsource"),
  kind("apple-interactions", "Contacts of a person (interactionC)", "zinteractions zcontacts"),
  kind("apple-privacy", "Privacy permissions (TCC)", "access admin policies"),
  kind("apple-quarantine", "Quarantined downloads (macOS)", "lsquarantineevent"),
  kind("apple-health", "Health records (iOS)", "samples quantity_samples data_provenances"),
  kind("apple-health-secure", "Health records (iOS, older)", "samples quantity_samples objects"),
  kind("apple-power-log", "Power log (iOS)", "plbatteryagent_eventbackward_battery"),
  kind("apple-keychain-sqlite", "Keychain (iOS, macOS)", "genp inet cert keys"),
  kind("apple-accounts", "Accounts (iOS, macOS)", "zaccount zaccounttype"),
  kind("apple-routes", "Places visited (iOS)", "zrtlearnedlocationofinterestmo"),
  kind("apple-locations", "Places seen (iOS cache)", "wifilocation celllocation"),
  kind("apple-document-versions", "Document versions (macOS)", "generations storage files"),
  kind("google-drive-sync", "Google Drive sync state", "cloud_entry local_entry mapping"),
  kind("google-drive-graph", "Google Drive cloud graph", "cloud_graph_entry cloud_relations"),
  kind("android-media", "Media index (Android)", "files album_art android_metadata"),
  kind("android-downloads", "Downloads (Android)", "downloads request_headers android_metadata"),
  kind("android-accounts", "Accounts (Android)", "accounts authtokens grants"),
  kind("rpm-database", "RPM package database", "packages basenames requirename"),
  kind("winget", "Windows package list", "manifest ids names monikers"),
];

export const walletDatabaseTypes: readonly ApplicationDatabase[] = [
  kind("bitcoin-wallet-sqlite", "Bitcoin Core wallet (SQLite)", "main", { ext: "dat", most: 1 }),
];
