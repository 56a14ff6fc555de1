/* Opening a PKCS#12 file (RFC 7292): the private keys in it and the certificates.

   A Trouble is what the person has to read about; its name is that of a sentence on the page. */

import { AuthenticatedSafe, EncryptedData, PBES2Params, PFX, PrivateKeyInfo } from "pkijs";

const DATA = "1.2.840.113549.1.7.1";
const ENCRYPTED_DATA = "1.2.840.113549.1.7.6";
const KEY_BAG = "1.2.840.113549.1.12.10.1.1";
const SHROUDED_KEY_BAG = "1.2.840.113549.1.12.10.1.2";
const CERTIFICATE_BAG = "1.2.840.113549.1.12.10.1.3";
const PBES2 = "1.2.840.113549.1.5.13";
const AES_CBC = ["2.16.840.1.101.3.4.1.2", "2.16.840.1.101.3.4.1.22", "2.16.840.1.101.3.4.1.42"];

export class Trouble extends Error {
  constructor(name, details = {}) {
    super(name);
    this.name = name;
    this.details = details;
  }
}

/* What is in the file: {keys: [PrivateKeyInfo], certificates: [Certificate]}. Throws a Trouble. */
export async function openContainer(file, passwordText) {
  const password = new TextEncoder().encode(passwordText).buffer;
  const safe = readSafe(file);
  const isLocked = safe.safeContents.map((content) => content.contentType === ENCRYPTED_DATA);
  for (const [index, content] of safe.safeContents.entries()) {
    if (isLocked[index]) demandKnown(algorithmOf(content));
  }
  try {
    await safe.parseInternalValues({ safeContents: isLocked.map((locked) => (locked ? { password } : {})) });
  } catch {
    throw new Trouble("wrong-password");
  }
  const found = { keys: [], certificates: [] };
  for (const content of safe.parsedValue.safeContents) {
    for (const bag of content.value.safeBags) {
      if (bag.bagId === KEY_BAG) found.keys.push(bag.bagValue);
      if (bag.bagId === SHROUDED_KEY_BAG) found.keys.push(await openKey(bag.bagValue, password));
      if (bag.bagId === CERTIFICATE_BAG && bag.bagValue.parsedValue) found.certificates.push(bag.bagValue.parsedValue);
    }
  }
  return found;
}

/* The MAC over the file is not looked at: it would take a second password check of a hundred thousand rounds in script, it
   takes every letter for one byte, and what it protects, somebody's own file, is judged by its signature afterwards. */
function readSafe(file) {
  try {
    const container = PFX.fromBER(file);
    if (container.authSafe.contentType !== DATA) throw new Error("signed by a key, not by a password");
    return AuthenticatedSafe.fromBER(container.authSafe.content.getValue());
  } catch {
    throw new Trouble("no-container");
  }
}

async function openKey(bag, password) {
  demandKnown(bag.encryptionAlgorithm);
  try {
    await bag.parseInternalValues({ password });
  } catch {
    throw new Trouble("wrong-password");
  }
  if (!(bag.parsedValue instanceof PrivateKeyInfo)) throw new Trouble("wrong-password");
  return bag.parsedValue;
}

/* Read from a copy: what PKI.js has read once, it cannot read again. */
function algorithmOf(content) {
  return EncryptedData.fromBER(content.content.toBER(false)).encryptedContentInfo.contentEncryptionAlgorithm;
}

/* Asked before anything is opened: that a scheme is too old is no matter of the password. */
function demandKnown(algorithm) {
  if (algorithm.algorithmId !== PBES2) throw new Trouble("legacy");
  const { encryptionScheme } = PBES2Params.fromBER(algorithm.algorithmParams.toBER(false));
  if (!AES_CBC.includes(encryptionScheme.algorithmId)) throw new Trouble("legacy");
}
