package dev.firn.core.condition;

/**
 * A pattern of LIKE: {@code %} is any text, {@code _} one character, everything else itself; there
 * is no escape. Matches the whole text, in time at most proportional to text times pattern.
 */
record LikePattern(String pattern) {

  boolean matches(CharSequence chars) {
    String text = chars.toString();
    int t = 0;
    int p = 0;
    int afterPercent = -1; // where to go on in the pattern if what was tried fails
    int retryAt = 0;
    while (t < text.length()) {
      int character = text.codePointAt(t);
      if (p < pattern.length() && pattern.charAt(p) == '%') {
        afterPercent = ++p;
        retryAt = t;
      } else if (p < pattern.length()
          && (pattern.charAt(p) == '_' || pattern.codePointAt(p) == character)) {
        p += Character.charCount(pattern.codePointAt(p));
        t += Character.charCount(character);
      } else if (afterPercent >= 0) {
        retryAt += Character.charCount(text.codePointAt(retryAt));
        t = retryAt;
        p = afterPercent;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '%') {
      p++;
    }
    return p == pattern.length();
  }

  /** What every text that matches begins with. */
  String prefix() {
    int end = 0;
    while (end < pattern.length() && pattern.charAt(end) != '%' && pattern.charAt(end) != '_') {
      end++;
    }
    return pattern.substring(0, end);
  }
}
