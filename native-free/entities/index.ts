/** Every recogniser, in order of preference where two see an identifier in the same characters. One line per recogniser. */
import { coinKeys, coins } from "./crypto/coins.ts";
import { ethereum } from "./crypto/ethereum.ts";
import { monero } from "./crypto/monero.ts";
import { seedPhrase } from "./crypto/seed-phrase.ts";
import { aeoRecogniser, ducrRecogniser, rexRecogniser, ucrRecogniser } from "./customs/authorisation.ts";
import { customsOfficeRecogniser } from "./customs/customs-office.ts";
import { eoriRecogniser } from "./customs/eori.ts";
import { arcRecogniser, exciseNumberRecogniser } from "./customs/excise.ts";
import { movementReferenceRecogniser } from "./customs/movement-reference.ts";
import { originCertificateRecogniser } from "./customs/origin-certificate.ts";
import { gps } from "./devices/gps.ts";
import { mobile } from "./devices/mobile.ts";
import { vin } from "./devices/vin.ts";
import type { Recogniser } from "./entity.ts";
import { bic } from "./finance/bic.ts";
import { iban } from "./finance/iban.ts";
import { paymentCard } from "./finance/payment-card.ts";
import { isin, lei } from "./finance/securities.ts";
import { chemicalRecogniser, unNumberRecogniser } from "./goods/chemical.ts";
import { commodityCodeRecogniser } from "./goods/commodity-code.ts";
import { citesRecogniser, controlledGoodsRecogniser, tobaccoRecogniser, wasteRecogniser } from "./goods/permit.ts";
import { tradeItemRecogniser } from "./goods/trade-item.ts";
import { domain } from "./network/domain.ts";
import { email } from "./network/email.ts";
import { ipv4 } from "./network/ipv4.ts";
import { ipv6 } from "./network/ipv6.ts";
import { mac } from "./network/mac.ts";
import { onion } from "./network/onion.ts";
import { phone } from "./network/phone.ts";
import { url } from "./network/url.ts";
import { mrz } from "./people/mrz.ts";
import { nationalVatNumberRecogniser } from "./tax/national-vat-number.ts";
import { vatNumberRecogniser } from "./tax/vat-number.ts";
import { aircraftRecogniser } from "./transport/aircraft.ts";
import { airWaybillRecogniser } from "./transport/air-waybill.ts";
import { ataRecogniser, billOfLadingRecogniser, cmrRecogniser, tirRecogniser } from "./transport/carriage.ts";
import { containerRecogniser } from "./transport/container.ts";
import { postalRecogniser } from "./transport/postal.ts";
import { shipRecogniser } from "./transport/ship.ts";

export const recognisers: readonly Recogniser[] = [
  // Transport
  containerRecogniser,
  shipRecogniser,
  airWaybillRecogniser,
  postalRecogniser,
  aircraftRecogniser,
  tirRecogniser,
  ataRecogniser,
  cmrRecogniser,
  billOfLadingRecogniser,
  // Customs
  movementReferenceRecogniser,
  arcRecogniser,
  exciseNumberRecogniser,
  eoriRecogniser,
  aeoRecogniser,
  rexRecogniser,
  ducrRecogniser,
  ucrRecogniser,
  customsOfficeRecogniser,
  originCertificateRecogniser,
  // Tax
  vatNumberRecogniser,
  nationalVatNumberRecogniser,
  // Goods
  tradeItemRecogniser,
  chemicalRecogniser,
  unNumberRecogniser,
  commodityCodeRecogniser,
  citesRecogniser,
  wasteRecogniser,
  controlledGoodsRecogniser,
  tobaccoRecogniser,
  // Network
  email,
  url,
  onion,
  domain,
  ipv4,
  ipv6,
  mac,
  phone,
  // Finance
  iban,
  bic,
  lei,
  isin,
  paymentCard,
  // Crypto assets
  coins,
  ethereum,
  monero,
  coinKeys,
  seedPhrase,
  // Devices, vehicles, places
  mobile,
  vin,
  gps,
  // People
  mrz,
];
