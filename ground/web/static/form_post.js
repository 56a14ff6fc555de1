/* Presses the button of a page that has to be posted on. Without scripts a person presses it. */
document.getElementById("answer").submit();
