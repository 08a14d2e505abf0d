/**
 * 24 languages of the European Union as models of their words: beginnings, vowels and ends of syllables in the letters that
 * each is written with. The words mean nothing; what counts is their alphabet, their length and how many there are.
 */

export interface LanguageModel {
  /** ISO 639-1. */
  readonly code: string;
  /** Consonants alone, so that a word comes apart in one way only: no two ranks are one word. */
  readonly heads: readonly string[];
  /** Vowels alone. */
  readonly vowels: readonly string[];
  /** Consonants alone at the end of a word; "" for none. */
  readonly ends: readonly string[];
  /** Texts in this language, relative to the others. */
  readonly share: number;
}

function model(code: string, share: number, heads: string, vowels: string, ends: string): LanguageModel {
  return { code, share, heads: heads.split(" "), vowels: vowels.split(" "), ends: ["", ...ends.split(" ")] };
}

export const languageModels: readonly LanguageModel[] = [
  model("en", 24, "b c d f g h j l m n p r s t v w st tr bl cr th sh", "a e i o u ea ou ee oa y", "n r s t d ng st ck"),
  model("de", 12, "b d f g h k l m n r s t w z sch st kl br pf", "a e i o u ä ö ü ei au ie", "n r t s ch ng st"),
  model("fr", 9, "b c d f g j l m n p qu r s t v ch pl gr", "a é è e i o u ou ai eau ê", "n r s t x l"),
  model("el", 7, "β γ δ θ κ λ μ ν π ρ σ τ φ χ στ ψ", "α ε η ι ο υ ω ά έ ή ί ό ου αι", "ς ν ρ"),
  model("es", 6, "b c d f g h l m n ñ p r s t v ll qu tr br", "a e i o u á é í ó ú ue ie", "n s r l d z"),
  model("it", 6, "b c d f g l m n p r s t v z gn sc tr ch gl", "a e i o u à è ì ò ù io ia", "n r l"),
  model("pl", 5, "b c d g k ł m n p r s t w z cz sz rz ś ź", "a ą e ę i o ó u y ie ia", "ć w m ch n j"),
  model("bg", 5, "б в г д ж з к л м н п р с т х ц ч ш ст пр", "а е и о у ъ ю я", "т н м в х"),
  model("nl", 4, "b d f g h k l m n p r s t v w z sch st gr", "a e i o u aa ee ie oe ui ij", "n r t s k d ng"),
  model("ro", 4, "b c d f g h j l m n p r s ș t ț v z tr", "a ă â e i î o u ea ie", "t r n l c"),
  model("pt", 3, "b c ç d f g l m n p r s t v lh nh qu tr", "a á ã e é ê i o ó õ u ão", "s r m l"),
  model("cs", 3, "b c č d ď h k l m n ň p r ř s š t v z ž", "a á e é ě i í o u ů y", "t m n ch k"),
  model("hu", 3, "b c d f g h j k l m n p r s t v z sz cs gy", "a á e é i í o ó ö ő u ü ű", "k t n l r s"),
  model("sv", 3, "b d f g h j k l m n p r s t v sk st tr", "a e i o u y å ä ö", "n r t s d ng"),
  model("da", 2, "b d f g h j k l m n p r s t v sk st kn", "a e i o u y æ ø å", "n r t s d g"),
  model("fi", 2, "h j k l m n p r s t v kk tt ll ss", "a e i o u y ä ö aa ää ii uu", "n t s"),
  model("sk", 2, "b c č d h k l ľ m n ň p r s š t v z ž", "a á ä e é i í o ô u ú y", "ť m n ch k"),
  model("hr", 2, "b c č ć d đ g h j k l m n p r s š t v z ž", "a e i o u ie ai", "m t n h"),
  model("sl", 1, "b c č d g h j k l m n p r s š t v z ž", "a e i o u", "m t n h v"),
  model("lt", 1, "b d g j k l m n p r s š t v z ž č", "a ą e ė ę i į y o u ų ū", "s m t n"),
  model("lv", 1, "b d g ģ j k ķ l ļ m n ņ p r s š t v z ž", "a ā e ē i ī o u ū", "s m t"),
  model("et", 1, "b d g h j k l m n p r s t v", "a e i o u õ ä ö ü aa ee ii uu", "d s t n l"),
  model("ga", 1, "b c d f g h l m n p r s t bh mh ch", "a á e é i í o ó u ú ai ea io", "nn r s ch l"),
  model("mt", 1, "b ċ d f ġ g ħ j k l m n p q r s t w x z ż", "a e i o u ie", "t n r l m"),
];
