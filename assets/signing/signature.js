/* A detached CMS signature (RFC 5652) by WebCrypto: the key is imported so that not even this page can take it out again. */

import { ObjectIdentifier, OctetString, UTCTime } from "asn1js";
import * as pkijs from "pkijs";

import { Trouble } from "./container.js";

const SIGNED_DATA = "1.2.840.113549.1.7.2";
const DATA = "1.2.840.113549.1.7.1";
const CONTENT_TYPE = "1.2.840.113549.1.9.3";
const MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
const SIGNING_TIME = "1.2.840.113549.1.9.5";
const COMMON_NAME = "2.5.4.3";
const RSA = "1.2.840.113549.1.1.1";
const EC = "1.2.840.10045.2.1";
const CURVES = { "1.2.840.10045.3.1.7": "P-256", "1.3.132.0.34": "P-384", "1.3.132.0.35": "P-521" };

/* Sign `text` with a key of the container; `now` is a Date of the provider's clock. Returns DER. Throws a Trouble. */
export async function sign(text, { keys, certificates }, now) {
  if (keys.length === 0) throw new Trouble("no-key");
  if (certificates.length === 0) throw new Trouble("no-certificate");
  const content = new TextEncoder().encode(text);
  for (const info of keys) {
    const algorithm = algorithmOf(info);
    const key = await crypto.subtle.importKey("pkcs8", info.toSchema().toBER(false), algorithm, false, ["sign"]);
    const certificate = await findCertificate(key, algorithm, certificates);
    if (certificate) {
      checkDates(certificate, now);
      return makeMessage(content, key, certificate, now);
    }
  }
  throw new Trouble("no-certificate");
}

function algorithmOf(info) {
  const { algorithmId, algorithmParams } = info.privateKeyAlgorithm;
  if (algorithmId === RSA) return { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  const namedCurve = algorithmId === EC && CURVES[algorithmParams?.valueBlock.toString()];
  if (!namedCurve) throw new Trouble("unknown-algorithm");
  return { name: "ECDSA", namedCurve, hash: "SHA-256" };
}

/* The certificate whose public key verifies what this key signs: a file may hold those of the authorities too. */
async function findCertificate(key, algorithm, certificates) {
  const probe = crypto.getRandomValues(new Uint8Array(32));
  const signature = await crypto.subtle.sign(algorithm, key, probe);
  for (const certificate of certificates) {
    try {
      const info = certificate.subjectPublicKeyInfo.toSchema().toBER(false);
      const publicKey = await crypto.subtle.importKey("spki", info, algorithm, false, ["verify"]);
      if (await crypto.subtle.verify(algorithm, publicKey, signature, probe)) return certificate;
    } catch {
      // A key of another kind; the next one may fit.
    }
  }
  return null;
}

/* The provider would say the same, but only after the trouble of signing. */
function checkDates(certificate, now) {
  const name = certificate.subject.typesAndValues.find((part) => part.type === COMMON_NAME)?.value.valueBlock.value ?? "";
  if (certificate.notAfter.value < now) throw new Trouble("expired", { name, day: certificate.notAfter.value });
  if (certificate.notBefore.value > now) throw new Trouble("not-yet-valid", { name, day: certificate.notBefore.value });
}

async function makeMessage(content, key, certificate, now) {
  const digest = await crypto.subtle.digest("SHA-256", content);
  // In the order of DER (X.690, 11.6): the shorter ones first.
  const attributes = [
    new pkijs.Attribute({ type: CONTENT_TYPE, values: [new ObjectIdentifier({ value: DATA })] }),
    new pkijs.Attribute({ type: SIGNING_TIME, values: [new UTCTime({ valueDate: now })] }),
    new pkijs.Attribute({ type: MESSAGE_DIGEST, values: [new OctetString({ valueHex: digest })] }),
  ];
  const { issuer, serialNumber } = certificate;
  const message = new pkijs.SignedData({
    version: 1,
    encapContentInfo: new pkijs.EncapsulatedContentInfo({ eContentType: DATA }),
    certificates: [certificate],
    signerInfos: [
      new pkijs.SignerInfo({
        version: 1,
        sid: new pkijs.IssuerAndSerialNumber({ issuer, serialNumber }),
        signedAttrs: new pkijs.SignedAndUnsignedAttributes({ type: 0, attributes }),
      }),
    ],
  });
  await message.sign(key, 0, "SHA-256", content);
  return new pkijs.ContentInfo({ contentType: SIGNED_DATA, content: message.toSchema(true) }).toSchema().toBER(false);
}
