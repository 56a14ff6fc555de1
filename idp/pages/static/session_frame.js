/*
 * Answers a client's page that asks whether the session at the provider changed
 * (OpenID Connect Session Management 1.0, 4.1 and 4.2). The page posts "client_id session_state" and is answered
 * "changed", "unchanged" or "error".
 *
 * Written for old engines, and with a SHA-256 of its own (FIPS 180-4): crypto.subtle exists only on secure pages and
 * answers later, and a test stand may be reached over plain http.
 */
(function () {
  "use strict";

  var cookieName = document.getElementById("session-frame").getAttribute("data-cookie");

  function browserState() {
    var parts = document.cookie.split("; ");
    for (var i = 0; i < parts.length; i += 1) {
      if (parts[i].indexOf(cookieName + "=") === 0) {
        return parts[i].substring(cookieName.length + 1);
      }
    }
    return "";
  }

  /* The first 32 bits of the fractional parts of the roots of the first primes: 64 cube roots, 8 square roots. */
  function constants() {
    var cubes = [], squares = [];
    for (var n = 2; cubes.length < 64; n += 1) {
      var isPrime = true;
      for (var d = 2; d * d <= n; d += 1) {
        if (n % d === 0) { isPrime = false; break; }
      }
      if (isPrime) {
        if (squares.length < 8) { squares.push(fraction(Math.pow(n, 1 / 2))); }
        cubes.push(fraction(Math.pow(n, 1 / 3)));
      }
    }
    return { rounds: cubes, start: squares };
  }

  function fraction(x) {
    return ((x - Math.floor(x)) * 4294967296) | 0;
  }

  function rotate(word, by) {
    return (word >>> by) | (word << (32 - by));
  }

  var K = constants();

  function sha256(text) {
    var bytes = unescape(encodeURIComponent(text));
    var words = [], i, t;
    for (i = 0; i < bytes.length; i += 1) {
      words[i >> 2] |= bytes.charCodeAt(i) << (24 - (i % 4) * 8);
    }
    words[bytes.length >> 2] |= 128 << (24 - (bytes.length % 4) * 8);
    var last = (((bytes.length + 8) >> 6) + 1) * 16 - 1;
    words[last] = bytes.length * 8;
    var hash = K.start.slice(0);
    for (var block = 0; block <= last; block += 16) {
      var w = [], v = hash.slice(0);
      for (t = 0; t < 64; t += 1) {
        if (t < 16) {
          w[t] = words[block + t] | 0;
        } else {
          var a = w[t - 15], b = w[t - 2];
          w[t] = (w[t - 16] + (rotate(a, 7) ^ rotate(a, 18) ^ (a >>> 3)) +
                  w[t - 7] + (rotate(b, 17) ^ rotate(b, 19) ^ (b >>> 10))) | 0;
        }
        var t1 = (v[7] + (rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25)) +
                  ((v[4] & v[5]) ^ (~v[4] & v[6])) + K.rounds[t] + w[t]) | 0;
        var t2 = ((rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22)) +
                  ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]))) | 0;
        v = [(t1 + t2) | 0, v[0], v[1], v[2], (v[3] + t1) | 0, v[4], v[5], v[6]];
      }
      for (i = 0; i < 8; i += 1) {
        hash[i] = (hash[i] + v[i]) | 0;
      }
    }
    var hex = "";
    for (i = 0; i < 8; i += 1) {
      hex += ("00000000" + (hash[i] >>> 0).toString(16)).slice(-8);
    }
    return hex;
  }

  function judge(message, origin) {
    if (typeof message !== "string" || message.length > 1000) { return "error"; }
    var space = message.lastIndexOf(" ");
    var clientId = message.substring(0, space);
    var parts = message.substring(space + 1).split(".");
    if (space < 1 || parts.length !== 2 || !/^[0-9a-f]{64}$/.test(parts[0]) || parts[1] === "") { return "error"; }
    var expected = sha256(clientId + " " + origin + " " + browserState() + " " + parts[1]);
    return expected === parts[0] ? "unchanged" : "changed";
  }

  window.addEventListener("message", function (event) {
    if (event.source && event.origin && event.origin !== "null") {
      event.source.postMessage(judge(event.data, event.origin), event.origin);
    }
  }, false);
}());
