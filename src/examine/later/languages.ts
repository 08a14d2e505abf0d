/** Models of text recognition, by the code that Tesseract gives them: the language of each, and its script. */

export interface OcrLanguage {
  /** ISO 639-1. */
  readonly language: string;
  /** As Tesseract calls it. */
  readonly script: "Latin" | "Greek" | "Cyrillic";
}

export const ocrLanguages = {
  eng: { language: "en", script: "Latin" },
  deu: { language: "de", script: "Latin" },
  fra: { language: "fr", script: "Latin" },
  spa: { language: "es", script: "Latin" },
  ita: { language: "it", script: "Latin" },
  ell: { language: "el", script: "Greek" },
  bul: { language: "bg", script: "Cyrillic" },
  ukr: { language: "uk", script: "Cyrillic" },
} as const satisfies Record<string, OcrLanguage>;

export type OcrLanguageCode = keyof typeof ocrLanguages;
