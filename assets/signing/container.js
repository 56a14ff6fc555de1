/* Opening a PKCS#12 file (RFC 7292): the private keys in it and the certificates.

   A Trouble is what the person has to read about; its name is that of a sentence on the page. */

import { AuthenticatedSafe, PFX, PrivateKeyInfo } from "pkijs";

const DATA = "1.2.840.113549.1.7.1";
const ENCRYPTED_DATA = "1.2.840.113549.1.7.6";
const KEY_BAG = "1.2.840.113549.1.12.10.1.1";
const SHROUDED_KEY_BAG = "1.2.840.113549.1.12.10.1.2";
const CERTIFICATE_BAG = "1.2.840.113549.1.12.10.1.3";
const PBES2 = "1.2.840.113549.1.5.13";

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
    // The algorithm is read off before anything is opened: old schemes are no matter of the password.
    if (isLocked[index]) demandPbes2(content.content.valueBlock.value[1].valueBlock.value[1].valueBlock.value[0].valueBlock.toString());
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
  demandPbes2(bag.encryptionAlgorithm.algorithmId);
  try {
    await bag.parseInternalValues({ password });
  } catch {
    throw new Trouble("wrong-password");
  }
  if (!(bag.parsedValue instanceof PrivateKeyInfo)) throw new Trouble("wrong-password");
  return bag.parsedValue;
}

function demandPbes2(algorithm) {
  if (algorithm !== PBES2) throw new Trouble("legacy");
}
