/** Door of the spreadsheet reader: number formats and dates are the same in binary workbooks. */
export { formatSerial, isDateFormat } from "./ooxml/cell-format.ts";
