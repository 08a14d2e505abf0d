import { describe, expect, it } from "vitest";
import { domain } from "../../../../native-free/entities/network/domain.ts";
import { email } from "../../../../native-free/entities/network/email.ts";
import { ipv4 } from "../../../../native-free/entities/network/ipv4.ts";
import { ipv6 } from "../../../../native-free/entities/network/ipv6.ts";
import { mac } from "../../../../native-free/entities/network/mac.ts";
import { onion } from "../../../../native-free/entities/network/onion.ts";
import { phone } from "../../../../native-free/entities/network/phone.ts";
import { strengthOf } from "../../../../native-free/entities/network/top-level-domains.ts";
import { url } from "../../../../native-free/entities/network/url.ts";
import { EntityFinder } from "../../../../native-free/entities/find-entities.ts";
import { hitsOf, itFinds } from "../hits-of.ts";

/** A name of so many characters that ends in `.com`, of labels as long as may be. */
function domainOf(length: number): string {
  const labels: string[] = [];
  let left = length - 4;
  while (left > 0) {
    const take = Math.min(63, left);
    labels.push("d".repeat(take));
    left -= take + 1;
  }
  return `${labels.join(".")}.com`;
}

describe("e-mail addresses", () => {
  itFinds(
    [email],
    [
      ["this@that.com", "email this@that.com valid"],
      ["this@that..com"],
      ["this_that.com"],
      ["mail JD@ExAm.COM, now", "email JD@exam.com pattern"],
      ["mail John.Doe@EXAMPLE.COM, now", "email John.Doe@example.com valid"],
      ["<mailto:o'neil+tag@mail.example.co.uk>", "email o'neil+tag@mail.example.co.uk valid"],
      ["'quoted@example.com'", "email quoted@example.com valid"],
      ["?to=quoted@example.com&x=1", "email quoted@example.com valid"],
      ["write to first@example.com.Then", "email first@example.com valid"],
      ["..first@example.org.", "email first@example.org valid"],
      ["first..last@example.org", "email last@example.org valid"],
      [
        String.raw`"\nfoo@example.org" "\u003cbar@example.org"`,
        "email foo@example.org valid",
        "email bar@example.org valid",
      ],
      ["%3Cbaz@example.org%3E", "email baz@example.org valid"],
      ["admin@dc01.local", "email admin@dc01.local pattern"],
      ["a@b.cc", "email a@b.cc pattern"],
      ["lodash@4.17.21 icon@2x.png user@host user@example.notatld getty@tty1.service"],
      ["a@b@example.com", "email b@example.com valid"],
      ["@example.com foo@ example.com"],
    ],
  );

  it("keeps to the lengths of RFC 5321", () => {
    for (const length of [63, 64]) expect(hitsOf([email], `${"l".repeat(length)}@example.com `)).toHaveLength(1);
    expect(hitsOf([email], `${"l".repeat(65)}@example.com `)).toEqual([]);
    for (const length of [252, 253]) expect(hitsOf([email], `loc@${domainOf(length)} `)).toHaveLength(1);
    expect(hitsOf([email], `loc@${domainOf(254)} `)).toEqual([]);
  });

  it("reads names in UTF-8, not noise and not pieces", () => {
    const find = (bytes: Buffer): string[] =>
      new EntityFinder([email]).find({ bytes, from: 0, to: bytes.length }).map(({ value }) => value);
    expect(find(Buffer.from("info@straßenbau-müller.de"))).toEqual(["info@straßenbau-müller.de"]);
    expect(find(Buffer.from("邮箱someone@example.cn。"))).toEqual(["someone@example.cn"]);
    expect(find(Buffer.from("jérôme@example.fr"))).toEqual([]);
    expect(find(Buffer.from("info@stra\xdfe-m\xfcller.de", "latin1"))).toEqual([]);
  });
});

describe("URLs", () => {
  itFinds(
    [url],
    [
      ["https://domain.com/foobar", "url https://domain.com/foobar valid"],
      ["(see HTTP://www.Example.com/a_(b).)", "url http://www.Example.com/a_(b) valid"],
      ["[x](https://example.org/y?z=1&w=2), and", "url https://example.org/y?z=1&w=2 valid"],
      ["http://www.icra.org/ratingsv02.html&quot;", "url http://www.icra.org/ratingsv02.html valid"],
      ["http://www.msn.com&quot;", "url http://www.msn.com valid"],
      ["http://example.com/?a=1&amp;b=2", "url http://example.com/?a=1&amp;b=2 valid"],
      ["ftp://user:secret@10.0.0.1:21/f", "url ftp://user:secret@10.0.0.1:21/f valid"],
      ["smb://fileserver/share", "url smb://fileserver/share pattern"],
      ["http://[2001:db8::1]:8080/x", "url http://[2001:db8::1]:8080/x valid"],
      ["file:///C:/Users/x.txt", "url file:///C:/Users/x.txt valid"],
      ["ipfs://bafybeigdyrzt", "url ipfs://bafybeigdyrzt valid"],
      ["magnet:?xt=urn:btih:abcdef&dn=x.", "url magnet:?xt=urn:btih:abcdef&dn=x valid"],
      ["magnet:?dn=x magnets: xhttps://"],
      ["http:// http://- nothing://example.com https://..."],
      ["zhttps://example.com"],
      ["http://999.1.1.1/", "url http://999.1.1.1/ pattern"],
    ],
  );
});

describe("what stands in a URL", () => {
  itFinds(
    [email, url, domain, ipv4, onion],
    [
      [
        "https://www.example.com/?mail=first@example.org&h=1",
        "url https://www.example.com/?mail=first@example.org&h=1 valid",
        "email first@example.org valid",
      ],
      ["http://87.65.43.21/x", "url http://87.65.43.21/x valid", "ipv4 87.65.43.21 valid"],
      ["https://www.example.com/a.example.org", "url https://www.example.com/a.example.org valid"],
      [
        "http://expyuzz4wqqyqhjn.onion/",
        "url http://expyuzz4wqqyqhjn.onion/ valid",
        "onion expyuzz4wqqyqhjn.onion pattern",
      ],
    ],
  );
});

describe("domains", () => {
  itFinds(
    [domain],
    [
      ["visit www.example.rs now", "domain www.example.rs valid"],
      ["WWW.EXAMPLE.RS", "domain www.example.rs valid"],
      ["see example.com, sub.example.co.uk.", "domain example.com valid-check", "domain sub.example.co.uk valid-check"],
      ["host: shop.xyz", "domain shop.xyz valid"],
      ["shop.allegro.pl", "domain shop.allegro.pl valid-check"],
      ["main.rs index.html Node.js a.md setup.sh script.pl x.py data.zip shop.xyz"],
      ["java.net org.apache.commons System.Net ASP.NET com.example.net this.logger.info(x) stream.node.id"],
      ["user@example.com https://example.com/x ../example.com x_example.com"],
      ["done.It is. e.g.this 1.2.com v1.2.3"],
      ["host: readme.md domain fs.rs"],
      ["self.domain, self.pw"],
    ],
  );

  it("knows the root zone, in any case, and no other ending", () => {
    const strength = (name: string): number => strengthOf(Buffer.from(name), 0, name.length);
    for (const name of ["com", "COM", "museum", "xn--p1ai", "onion", "rs", "zip"])
      expect(strength(name)).toBeGreaterThan(0);
    for (const name of ["", "c", "html", "exe", "js", "comx", "co1", "xn--"]) expect(strength(name)).toBe(0);
  });
});

describe("IPv4 addresses", () => {
  itFinds(
    [ipv4],
    [
      ["IP 87.65.43.21", "ipv4 87.65.43.21 valid"],
      ["got 87.65.43.21 again", "ipv4 87.65.43.21 pattern"],
      ["10.0.0.1:8080", "ipv4 10.0.0.1 valid"],
      ["from mail.example.net [87.65.43.21])", "ipv4 87.65.43.21 valid"],
      ["192.168.1.0/24", "ipv4 192.168.1.0 valid"],
      ["ping 127.0.0.1", "ipv4 127.0.0.1 valid-check"],
      ["ip range 87.65.43.1-87.65.43.9", "ipv4 87.65.43.1 valid", "ipv4 87.65.43.9 valid"],
      ["addr=198.51.100.7;", "ipv4 198.51.100.7 valid-check"],
      ["version 87.65.43.21"],
      ["server version 5.10.2.1, v1.2.3.4, libfoo-9.8.7.6, 1.2.3.4, 2.5.29.15"],
      ["IP 1.2.3.4.5 256.1.1.1 192.168.001.1 1.2.3 87.65.43.21x x87.65.43.21 87.65.43.21-rc1"],
      [">=87.65.43.21 ~87.65.43.21"],
    ],
  );
});

describe("IPv6 addresses", () => {
  itFinds(
    [ipv6],
    [
      ["3ffe:507:0:1:200:86ff:fe05:80da", "ipv6 3ffe:507:0:1:200:86ff:fe05:80da valid"],
      ["3ffe:501:4819::42", "ipv6 3ffe:501:4819::42 valid"],
      ["fe80::260:97ff:fe07:69ea%eth0", "ipv6 fe80::260:97ff:fe07:69ea valid"],
      ["[2A02:A03F:0000:0:0:0:0:5]:443", "ipv6 2a02:a03f::5 valid"],
      ["2001:db8::1", "ipv6 2001:db8::1 pattern"],
      ["ip fd00::1, not fd00::2::3", "ipv6 fd00::1 valid"],
      ["2a02:a03f::203.0.113.5", "ipv6 2a02:a03f::cb00:7105 valid"],
      ["2001:0470:0:64::/64", "ipv6 2001:470:0:64:: valid"],
      ["dead::beef face::book feed::add std::vector ab::cd 2020:10:11 12:30:45"],
      ["2a02:a03f:1:2:3:4:5:6:7 2a02:a03f:1:2:3:4:5 2a02:a03fx::1 2a02:::1"],
    ],
  );
});

describe("MAC addresses", () => {
  itFinds(
    [mac],
    [
      ["00:0C:29:26:BB:CD", "mac 00:0C:29:26:BB:CD pattern"],
      ["ether 00:50:56:e0:fe:24 dst", "mac 00:50:56:E0:FE:24 valid"],
      ["MAC 00-50-56-E0-FE-24", "mac 00:50:56:E0:FE:24 valid"],
      ["arp 0050.56e0.fe24", "mac 00:50:56:E0:FE:24 valid"],
      ["bssid 10:20:30:40:50:60", "mac 10:20:30:40:50:60 valid"],
      ["ETH; [.1FEB.0022.0002]"],
      ["10:20:30:40:50:60 and 0050.56e0.fe24"],
      ["00:0C:29:26:BB:CD:EF 00:0C:29:26:BB 00:0C:29-26:BB:CD 00:0C:29:26:BB:CG"],
      ["fingerprint 3a:00:0C:29:26:BB:CD:11:22:33"],
    ],
  );
});

const duck = "duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion";

describe("onion services", () => {
  itFinds(
    [onion, domain],
    [
      [`http://${duck}/`, `onion ${duck} valid`],
      [duck.toUpperCase(), `onion ${duck} valid`],
      [duck.replace("42x", "43x"), `onion ${duck.replace("42x", "43x")} invalid-check`],
      ["expyuzz4wqqyqhjn.onion", "onion expyuzz4wqqyqhjn.onion pattern"],
      // A dot where the longer kind would end.
      [`expyuzz4wqqyqhjn.onion ${"a".repeat(32)}x. more`, "onion expyuzz4wqqyqhjn.onion pattern"],
      [`x${duck}`],
      ["expyuzz4wqqyqhj1.onion expyuzz4wqqyqhjn.onions"],
    ],
  );
});

describe("telephone numbers", () => {
  itFinds(
    [phone],
    [
      ["+32 2 296 12 34", "phone +3222961234 valid"],
      ["+3222961234", "phone +3222961234 valid-check"],
      ["tel:+32-2-296-12-34", "phone +3222961234 valid"],
      ["Fax +1 (202) 456-1111 or", "phone +12024561111 valid"],
      ["+44 (0)20 7946 0958", "phone +442079460958 valid"],
      ["Tel. 0032 2 296 12 34", "phone +3222961234 valid"],
      ["+32 2 296 12 34 15 November", "phone +3222961234 valid"],
      ["call +1 555 123 4567", "phone +15551234567 pattern"],
      ["0032 2 296 12 34 without a word"],
      ["a+3222961234 1+3222961234 .+3222961234 +999123456789 +0222961234 +12 +32 2"],
      ["2 +1 345"],
    ],
  );
});
