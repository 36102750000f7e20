package dev.firn.core.condition;

/**
 * A text that is no condition, or one that does not fit the columns it is asked of. The message
 * ends with the place: the line around it, and a caret below.
 */
public final class InvalidConditionException extends IllegalArgumentException {
  private static final int SHOWN_BEFORE = 50;
  private static final int SHOWN_AFTER = 30;

  private final int position;

  /**
   * @param text the whole condition
   * @param position where in it, from 0; its length means the end
   * @param problem what was expected and found
   */
  InvalidConditionException(String text, int position, String problem) {
    super(problem + "\n" + excerpt(text, position));
    this.position = position;
  }

  /** Where in the condition's text, from 0; its length means the end. */
  public int position() {
    return position;
  }

  private static String excerpt(String text, int position) {
    int start = Math.max(0, position - SHOWN_BEFORE);
    int end = Math.min(text.length(), position + SHOWN_AFTER);
    start = isInsideCharacter(text, start) ? start + 1 : start;
    end = isInsideCharacter(text, end) ? end - 1 : end;
    String before = start > 0 ? "..." : "";
    String shown = before + text.substring(start, end) + (end < text.length() ? "..." : "");
    int caret = before.length() + text.codePointCount(start, Math.max(start, position));
    return "  " + shown.replaceAll("\\p{Cntrl}", " ") + "\n  " + " ".repeat(caret) + "^";
  }

  private static boolean isInsideCharacter(String text, int at) {
    return at > 0
        && at < text.length()
        && Character.isSurrogatePair(text.charAt(at - 1), text.charAt(at));
  }
}
