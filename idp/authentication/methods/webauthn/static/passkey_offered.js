/* Takes passkeys from the choice of ways where the browser knows none: there they could not be used. */
if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) document.getElementById("way-passkey")?.closest("li").remove();
