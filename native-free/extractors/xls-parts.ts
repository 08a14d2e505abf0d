/** Door of the reader of old workbooks: formulas are kept in the same way in the binary form of newer ones. */
export { columnName, errorText, type FormulaNames, formulaText } from "./xls/formula.ts";
export { rkValue } from "./xls/sheet.ts";
