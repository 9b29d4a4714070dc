// Seals a set of answers in the browser: payload to JSON, padded to a size class, sealed as an age
// file to every recipient. The same format is made by xinqiao/intake/seal.py.
// Fails with an Error whose `code` is insecure-context, unsupported, bad-recipient or too-large.
import "./unsupported.js";
import { Encrypter } from "age-encryption";
import { failed } from "./failed.js";

const SIZE_CLASSES = [1024, 4096, 16384, 65536];
const RECIPIENT = /^age1[02-9ac-hj-np-z]{58}$/;
const SPACE = 0x20;

function padded(payload) {
  const text = new TextEncoder().encode(JSON.stringify(payload));
  const size = SIZE_CLASSES.find((limit) => text.length <= limit);
  if (size === undefined) {
    throw failed("too-large");
  }
  const bytes = new Uint8Array(size).fill(SPACE);
  bytes.set(text);
  return bytes;
}

async function seal(payload, recipients) {
  // Over plain http a browser has no crypto.subtle, and anybody on the way could have changed this script.
  if (!window.isSecureContext || !window.crypto || !window.crypto.subtle) {
    throw failed("insecure-context");
  }
  if (typeof TransformStream === "undefined") {
    throw failed("unsupported");
  }
  return encrypter(recipients).encrypt(padded(payload));
}

function encrypter(recipients) {
  // The library also takes kinds of recipients that the college's own program cannot open.
  if (!recipients.length || !recipients.every((one) => RECIPIENT.test(one))) {
    throw failed("bad-recipient");
  }
  const made = new Encrypter();
  try {
    recipients.forEach((one) => made.addRecipient(one));
  } catch (wrongChecksum) {
    throw failed("bad-recipient");
  }
  return made;
}

window.xinqiaoSeal = { seal };
