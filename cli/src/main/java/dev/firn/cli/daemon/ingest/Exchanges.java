package dev.firn.cli.daemon.ingest;

import dev.firn.cli.append.JsonLine;
import dev.firn.core.rows.JsonExchange;
import dev.firn.core.rows.NotAnExchangeException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The exchanges of one body, as places in it.
 *
 * <ul>
 *   <li>In lines: one that is an array of objects is an exchange; lines that are objects and follow
 *       each other are gathered, up to 1,000 of them or 1 MiB.
 *   <li>A document ({@code application/json}): an object or an array of objects, one exchange.
 * </ul>
 *
 * Gathered lines are parsed as one array, made in place: the line feed before a line becomes a
 * comma, the bytes around the first and the last become brackets. Each line was seen to be an
 * object whose last brace ends it, so that array has one element a line. Parsing the same exchange
 * twice finds the same.
 */
final class Exchanges {
  /** More are for another request: the answer names each. */
  static final int MOST = 1000;

  private static final int GATHERED_LINES = 1000;
  private static final int GATHERED_BYTES = 1 << 20;
  private static final int SHOWN_CHARACTERS = 40;
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  /**
   * Where an exchange is.
   *
   * @param line that it begins in, from 1
   * @param gathered true if it is lines to be made an array of
   */
  record Place(int start, int end, long line, boolean gathered) {
    int length() {
      return end - start;
    }
  }

  private final Body body;
  private final boolean document;
  private final List<Place> places = new ArrayList<>();

  private Exchanges(Body body, boolean document) {
    this.body = body;
    this.document = document;
  }

  /** One value, of any number of lines. */
  static Exchanges ofDocument(Body body) {
    Exchanges exchanges = new Exchanges(body, true);
    int start = exchanges.afterMark();
    exchanges.places.add(new Place(start, body.end(), 1, false));
    return exchanges;
  }

  /**
   * A value a line.
   *
   * @throws BadBodyException if a line is neither an object nor an array, or there is none
   */
  static Exchanges ofLines(Body body) throws BadBodyException {
    Exchanges exchanges = new Exchanges(body, false);
    exchanges.split();
    return exchanges;
  }

  List<Place> places() {
    return places;
  }

  private int afterMark() {
    byte[] bytes = body.bytes();
    int start = body.start();
    for (int i = 0; i < BYTE_ORDER_MARK.length; i++) {
      if (start + i >= body.end() || bytes[start + i] != BYTE_ORDER_MARK[i]) {
        return start;
      }
    }
    return start + BYTE_ORDER_MARK.length;
  }

  private void split() throws BadBodyException {
    byte[] bytes = body.bytes();
    int from = 0;
    int to = 0;
    int gathered = 0;
    long firstLine = 0;
    long line = 0;
    for (int start = afterMark(); start < body.end(); ) {
      line++;
      int end = start;
      while (end < body.end() && bytes[end] != '\n') {
        end++;
      }
      byte first = JsonLine.first(bytes, start, end - start);
      boolean object = first == '{' && JsonLine.isOneObject(bytes, start, end - start);
      if (gathered > 0
          && first != 0
          && (!object || gathered == GATHERED_LINES || end - from > GATHERED_BYTES)) {
        add(new Place(from, to, firstLine, gathered > 1));
        gathered = 0;
      }
      if (object) {
        if (gathered == 0) {
          from = start;
          firstLine = line;
        }
        gathered++;
        to = end;
      } else if (first != 0) {
        add(new Place(start, end, line, false));
      }
      start = end + 1;
    }
    if (gathered > 0) {
      add(new Place(from, to, firstLine, gathered > 1));
    }
    if (places.isEmpty()) {
      throw new BadBodyException("there is no row in it", 0, 0, null);
    }
  }

  private void add(Place place) throws BadBodyException {
    if (places.size() == MOST) {
      throw new BadBodyException(
          "more than " + MOST + " exchanges; send what follows in another request",
          place.line(),
          0,
          null);
    }
    places.add(place);
  }

  /**
   * One of {@link #places}.
   *
   * @throws BadBodyException if it is none, naming line, column and value
   */
  JsonExchange parse(Place place) throws BadBodyException {
    try {
      return place.gathered()
          ? gathered(place)
          : JsonExchange.parse(body.bytes(), place.start(), place.length());
    } catch (NotAnExchangeException e) {
      throw place.gathered() ? among(place, e) : bad(place.start(), place.end(), place.line(), e);
    }
  }

  private JsonExchange gathered(Place place) throws NotAnExchangeException {
    byte[] bytes = body.bytes();
    for (int i = place.start(); i < place.end(); i++) {
      if (bytes[i] == '\n' && nextVisible(i + 1, place.end()) == '{') {
        bytes[i] = ',';
      }
    }
    bytes[place.start() - 1] = '[';
    bytes[place.end()] = ']';
    return JsonExchange.parse(bytes, place.start() - 1, place.length() + 2);
  }

  private byte nextVisible(int from, int end) {
    for (int i = from; i < end; i++) {
      byte b = body.bytes()[i];
      if (b == '\n' || !JsonLine.isSpace(b)) {
        return b;
      }
    }
    return 0;
  }

  /** Which of the gathered lines it was. */
  private BadBodyException among(Place place, NotAnExchangeException whole) {
    byte[] bytes = body.bytes();
    long line = place.line();
    int start = place.start();
    while (start < place.end()) {
      int end = endOfObject(start, place.end());
      try {
        JsonExchange.parse(bytes, start, end - start);
      } catch (NotAnExchangeException e) {
        return bad(start, end, line, e);
      }
      line++;
      while (end < place.end() && bytes[end] != ',') {
        line += bytes[end] == '\n' ? 1 : 0;
        end++;
      }
      start = end + 1;
    }
    return new BadBodyException(String.valueOf(whole.getMessage()), place.line(), 0, null);
  }

  private int endOfObject(int start, int limit) {
    int depth = 0;
    boolean text = false;
    for (int i = start; i < limit; i++) {
      byte b = body.bytes()[i];
      if (text) {
        if (b == '\\') {
          i++;
        } else if (b == '"') {
          text = false;
        }
      } else if (b == '"') {
        text = true;
      } else if (b == '{' || b == '[') {
        depth++;
      } else if ((b == '}' || b == ']') && --depth == 0) {
        return i + 1;
      }
    }
    return limit;
  }

  private BadBodyException bad(int start, int end, long firstLine, NotAnExchangeException problem) {
    String message = plain(String.valueOf(problem.getMessage()));
    if (problem.offset().isEmpty()) {
      return new BadBodyException(message, firstLine, 0, shown(start, start, end));
    }
    byte[] bytes = body.bytes();
    int at = (int) Math.min(start + problem.offset().getAsLong(), end);
    long line = firstLine;
    int lineStart = start;
    for (int i = start; document && i < at; i++) {
      if (bytes[i] == '\n') {
        line++;
        lineStart = i + 1;
      }
    }
    long column = 1 + text(lineStart, at).codePoints().count();
    return new BadBodyException(message, line, column, shown(start, at, end));
  }

  /** What stands there; where nothing does any more, the end of what stands before it. */
  private @Nullable String shown(int start, int at, int end) {
    String value = text(at, Math.min(end, at + 4 * SHOWN_CHARACTERS));
    int lineFeed = value.indexOf('\n');
    value = (lineFeed < 0 ? value : value.substring(0, lineFeed)).strip();
    int[] characters = value.codePoints().toArray();
    if (characters.length > 0) {
      return characters.length > SHOWN_CHARACTERS
          ? new String(characters, 0, SHOWN_CHARACTERS) + "…"
          : value;
    }
    String before = text(Math.max(start, at - 4 * SHOWN_CHARACTERS), at).strip();
    characters = before.codePoints().toArray();
    if (characters.length > SHOWN_CHARACTERS) {
      int first = characters.length - SHOWN_CHARACTERS;
      return "…" + new String(characters, first, SHOWN_CHARACTERS);
    }
    return before.isEmpty() ? null : before;
  }

  private String text(int from, int to) {
    return new String(body.bytes(), from, to - from, StandardCharsets.UTF_8);
  }

  /** Without the byte, which line and column say. */
  private static String plain(String message) {
    return message.replaceAll(" \\(at byte [0-9]+\\)$", "");
  }
}
