/**
 * Letters of an invented company in many languages and encodings. Each holds one made-up word that occurs nowhere else.
 */
import iconv from "iconv-lite";
import type { Sample } from "./sample.ts";

interface Letter {
  readonly path: string;
  readonly language: string;
  /** Name of the encoding as iconv-lite knows it; `mark` writes a byte order mark. */
  readonly encoding: string;
  readonly mark?: true;
  readonly word: string;
  readonly lines: readonly string[];
}

const letters: readonly Letter[] = [
  {
    path: "Briefe/Angebot Bürsten.txt",
    language: "de",
    encoding: "windows-1252",
    word: "Zwirbelfracht",
    lines: [
      "Sehr geehrte Frau Halvorqvist,",
      "für die Lieferung der Bürsten und Schläuche gewähren wir Ihnen einen Preisnachlass von fünf Prozent.",
      "Die Ware geht über Zwirbelfracht nach Übersee; die Zollanmeldung übernimmt unser Büro in der Größenstraße.",
      "Bitte bestätigen Sie die Menge möglichst früh, damit die Verschiffung nicht verzögert wird.",
    ],
  },
  {
    path: "Lettres/Réclamation.txt",
    language: "fr",
    encoding: "utf8",
    word: "brimborionnage",
    lines: [
      "Chère Madame, nous avons reçu la marchandise avec un retard considérable.",
      "Le brimborionnage des caisses a été effectué à l'entrepôt, où plusieurs pièces étaient cassées.",
      "Nous vous prions d'établir une nouvelle facture et de prévenir le bureau de douane.",
    ],
  },
  {
    path: "Cartas/Pedido señalado.txt",
    language: "es",
    encoding: "utf8",
    mark: true,
    word: "zarandillón",
    lines: [
      "Estimado señor: adjuntamos el pedido de mañana con las cantidades acordadas.",
      "El zarandillón de la aduana exige una declaración jurada; ¿podría enviarla esta semana?",
      "La compañía asumirá los gastos de almacén hasta que llegue el camión.",
    ],
  },
  {
    path: "Lettere/Conferma.txt",
    language: "it",
    encoding: "windows-1252",
    word: "sgnacchera",
    lines: [
      "Gentile signora, la qualità della merce è conforme a quanto pattuito; perciò confermiamo l'ordine.",
      "La sgnacchera verrà spedita venerdì, però il prezzo è già aumentato: così è la vita.",
      "Le chiediamo di verificare più attentamente la polizza di carico e la città di destinazione.",
    ],
  },
  {
    path: "Pisma/Zgłoszenie celne.txt",
    language: "pl",
    encoding: "windows-1250",
    word: "brzdękolina",
    lines: [
      "Szanowni Państwo, przesyłamy zgłoszenie celne dotyczące ładunku łożysk i śrub.",
      "Przesyłka brzdękolina została zważona w Łodzi; brakujące dokumenty dostarczymy później.",
      "Prosimy również o potwierdzenie, że należności zostały już uiszczone w całości.",
    ],
  },
  {
    path: "Dopisy/Objednávka.txt",
    language: "cs",
    encoding: "iso-8859-2",
    word: "křemelucha",
    lines: [
      "Vážený pane řediteli, děkujeme za Vaši objednávku a zasíláme její potvrzení.",
      "Zásilka křemelucha byla naložena v přístavu; příští týden ji doručíme přímo do skladu.",
      "Případné škody prosím oznamte ještě týž den, jinak je pojišťovna neuzná.",
    ],
  },
  {
    path: "Επιστολές/Τιμολόγιο.txt",
    language: "el",
    encoding: "windows-1253",
    word: "τριγωνοφόρτι",
    lines: [
      "Αγαπητέ κύριε, σας στέλνουμε το τιμολόγιο για τα εμπορεύματα που παραλάβατε στην Αθήνα.",
      "Το τριγωνοφόρτι έμεινε στο τελωνείο, επειδή έλειπαν τα πιστοποιητικά προέλευσης.",
      "Παρακαλούμε να μας απαντήσετε μέχρι την Παρασκευή, ώστε να μην υπάρξει άλλη καθυστέρηση.",
    ],
  },
  {
    path: "Писма/Фактура.txt",
    language: "bg",
    encoding: "windows-1251",
    word: "щъркопратка",
    lines: [
      "Уважаеми господине, изпращаме Ви фактурата за доставените стоки от миналата седмица.",
      "Пратката щъркопратка беше задържана на границата, защото липсваше разрешителното.",
      "Молим Ви да потвърдите получаването и да върнете подписания протокол в нашата кантора.",
    ],
  },
  {
    path: "Письма/Накладная.txt",
    language: "ru",
    encoding: "koi8-r",
    word: "хлюпогруз",
    lines: [
      "Уважаемая госпожа, направляем вам накладную на товар, который был отправлен в прошлый вторник.",
      "Хлюпогруз находится на складе временного хранения; таможня ещё не выпустила его в обращение.",
      "Просим как можно скорее сообщить, кто будет оплачивать хранение и перевозку этого товара.",
    ],
  },
  {
    path: "Brev/Följesedel.txt",
    language: "sv",
    encoding: "utf16-le",
    mark: true,
    word: "snurrfjärdfrakt",
    lines: [
      "Hej! Här kommer följesedeln för de varor som vi skickade från hamnen i går kväll.",
      "En låda märkt snurrfjärdfrakt saknas fortfarande; vi återkommer så snart åkeriet har hört av sig.",
      "Vänligen kontrollera även vågsedeln, eftersom vikten inte stämmer överens med deklarationen.",
    ],
  },
  {
    path: "Kirjeet/Rahtikirja.txt",
    language: "fi",
    encoding: "utf8",
    word: "höpsöttirahti",
    lines: [
      "Hyvä vastaanottaja, lähetämme oheisena rahtikirjan ja pyydämme vahvistamaan toimituksen.",
      "Höpsöttirahti jäi tulliin, koska alkuperätodistus puuttui ja määrät eivät täsmänneet.",
      "Odotamme vastaustanne ennen viikonloppua, jotta kuljetusta ei tarvitse enää siirtää.",
    ],
  },
  {
    path: "letters/standing-order.txt",
    language: "en",
    encoding: "ascii",
    word: "quibblefreight",
    lines: [
      "Dear Ms Halvorqvist, please find below the standing order that we agreed upon over the telephone.",
      "The quibblefreight goes out every second Thursday, unless the harbour master tells us otherwise.",
      "We would be grateful if the invoices could be sent to the branch office and not to the warehouse.",
    ],
  },
];

const charsets: Readonly<Record<string, string>> = { utf8: "utf-8", "utf16-le": "utf-16le", ascii: "us-ascii" };

/** One sample per letter, signed by people who do not exist. */
export function letterSamples(): Sample[] {
  return letters.map((letter) => ({
    path: letter.path,
    data: iconv.encode(`${letter.lines.join("\r\n")}\r\n`, letter.encoding, { addBOM: letter.mark === true }),
    expect: {
      type: "text",
      status: "done",
      words: [letter.word],
      charset: charsets[letter.encoding] ?? letter.encoding,
      language: letter.language,
    },
  }));
}
