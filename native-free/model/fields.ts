/** The registry of fields: what a document can say of itself. A field that is not here is a fault of ours. */

/**
 * `text` as it stands · `date` ISO 8601, as precise as the source, `Z` or an offset only where the source gives one ·
 * `number` decimal, unit in the meaning · `coordinate` decimal degrees WGS 84, north and east positive.
 */
export type FieldKind = "text" | "date" | "number" | "coordinate";

interface FieldMeaning {
  readonly kind: FieldKind;
  readonly meaning: string;
}

export const fields = {
  title: { kind: "text", meaning: "Title that the document gives itself." },
  author: { kind: "text", meaning: "Person or account named as author or creator." },
  created: { kind: "date", meaning: "When the document says that it was made." },
  modified: { kind: "date", meaning: "When the document says that it was last changed." },
  printed: { kind: "date", meaning: "When the document says that it was last printed." },
  lastModifiedBy: { kind: "text", meaning: "Person or account that last saved it." },
  software: { kind: "text", meaning: "Program that wrote it." },
  subject: { kind: "text", meaning: "Subject that the document gives itself." },
  keywords: { kind: "text", meaning: "Keywords or tags in it." },
  description: { kind: "text", meaning: "Description, abstract or caption." },
  comment: { kind: "text", meaning: "Remark stored beside the content." },
  copyright: { kind: "text", meaning: "Rights statement." },
  pageCount: { kind: "number", meaning: "Pages." },
  wordCount: { kind: "number", meaning: "Words, as the program that wrote it counted them." },
  category: { kind: "text", meaning: "Category that the document gives itself." },
  revision: { kind: "text", meaning: "How often it was saved, or its version." },
  company: { kind: "text", meaning: "Organisation named in it." },
  manager: { kind: "text", meaning: "Person named as responsible for it." },
  template: { kind: "text", meaning: "Template that it was made from." },
  linkBase: { kind: "text", meaning: "Address to which its links are relative." },
  editingMinutes: { kind: "number", meaning: "Minutes of editing, as the program that wrote it counted them." },
  producer: { kind: "text", meaning: "Program that converted it into this format." },
  formatVersion: { kind: "text", meaning: "Version of the format that it is written in." },
  documentId: { kind: "text", meaning: "Identifier that stays the same over copies and versions." },
  custom: { kind: "text", meaning: "A property of its own making, as name and value." },
  language: { kind: "text", meaning: "Language that the document declares (ISO 639 or BCP 47)." },
  camera: { kind: "text", meaning: "Maker of the camera or telephone." },
  cameraModel: { kind: "text", meaning: "Model of the camera or telephone." },
  cameraSerial: { kind: "text", meaning: "Serial number of the camera body." },
  lens: { kind: "text", meaning: "Lens." },
  taken: { kind: "date", meaning: "When the picture was taken, by the camera's clock." },
  latitude: { kind: "coordinate", meaning: "Geographic latitude in degrees, north positive." },
  longitude: { kind: "coordinate", meaning: "Geographic longitude in degrees, east positive." },
  altitude: { kind: "number", meaning: "Metres above sea level." },
  positionTime: { kind: "date", meaning: "UTC time of the satellite fix." },
  orientation: { kind: "text", meaning: "How the picture must be turned to stand upright." },
  colorProfile: { kind: "text", meaning: "Name of the embedded colour profile." },
  width: { kind: "number", meaning: "Width in pixels." },
  height: { kind: "number", meaning: "Height in pixels." },
  duration: { kind: "number", meaning: "Playing time in seconds." },
  artist: { kind: "text", meaning: "Performer." },
  album: { kind: "text", meaning: "Album or collection." },
  genre: { kind: "text", meaning: "Genre." },
  track: { kind: "number", meaning: "Track number." },
  codec: { kind: "text", meaning: "How sound or picture is coded." },
  bitrate: { kind: "number", meaning: "Bits per second." },
  sampleRate: { kind: "number", meaning: "Samples per second." },
  channels: { kind: "number", meaning: "Sound channels." },
} as const satisfies Record<string, FieldMeaning>;

export type FieldName = keyof typeof fields;

export function isFieldName(name: string): name is FieldName {
  return Object.hasOwn(fields, name);
}
