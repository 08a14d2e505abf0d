/** The languages for which words are brought to their stems. */

/** ISO 639-1 of the languages with rules, with their names in the package. */
export const stemAlgorithms: Readonly<Record<string, string>> = {
  ...{
    cs: "czech",
    da: "danish",
    ga: "irish",
    nl: "dutch",
    sl: "slovene",
    en: "english",
    fi: "finnish",
    fr: "french",
    de: "german",
    hu: "hungarian",
    it: "italian",
  },
  ...{ no: "norwegian", pt: "portuguese", ro: "romanian", ru: "russian", es: "spanish", sv: "swedish", tr: "turkish" },
};

/** Languages of the European Union without rules: words are found as they stand, and the answer says so. */
export const withoutStems: readonly string[] = ["bg", "el", "et", "hr", "lt", "lv", "mt", "pl", "sk"];
export const stemLanguages: readonly string[] = Object.keys(stemAlgorithms);
