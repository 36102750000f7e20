package dev.firn.cli.append;

/** What can be told of a line of JSON without parsing it. */
public final class JsonLine {

  private JsonLine() {}

  public static boolean isSpace(byte b) {
    return b == ' ' || b == '\t' || b == '\r' || b == '\n';
  }

  /** The first byte that is no white space, 0 if there is none. */
  public static byte first(byte[] bytes, int start, int length) {
    for (int i = start; i < start + length; i++) {
      if (!isSpace(bytes[i])) {
        return bytes[i];
      }
    }
    return 0;
  }

  /**
   * True if the line begins with a brace whose partner ends it. Lines of which this is true can be
   * parsed as the elements of one array: if that array is JSON, each of them is one element of it,
   * because none leaves a string or a bracket open, or ends one of another line.
   */
  public static boolean isOneObject(byte[] bytes, int start, int length) {
    int end = start + length;
    int at = start;
    while (at < end && isSpace(bytes[at])) {
      at++;
    }
    if (at == end || bytes[at] != '{') {
      return false;
    }
    int depth = 0;
    boolean text = false;
    for (; at < end; at++) {
      byte b = bytes[at];
      if (text) {
        if (b == '\\') {
          at++;
        } else if (b == '"') {
          text = false;
        }
      } else if (b == '"') {
        text = true;
      } else if (b == '{' || b == '[') {
        depth++;
      } else if (b == '}' || b == ']') {
        depth--;
        if (depth == 0) {
          at++;
          break;
        }
      }
    }
    while (at < end && isSpace(bytes[at])) {
      at++;
    }
    return depth == 0 && !text && at == end;
  }
}
