package dev.firn.cli.daemon.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * Fills a body within a budget and a limit. What the body could hold is reserved before it can hold
 * it; the room doubles, up to the limit.
 */
public final class Growth {
  private static final int FIRST_BYTES = 16 << 10;

  /** Whether there is room for more. */
  public enum Room {
    ENOUGH,
    /** The body would be larger than one may be. */
    TOO_LARGE,
    /** The budget has nothing left. */
    BUDGET_SPENT
  }

  private final ByteBudget.Reservation reservation;
  private final int limitBytes;
  private Body body = new Body(0);

  public Growth(ByteBudget.Reservation reservation, int limitBytes) {
    this.reservation = reservation;
    this.limitBytes = limitBytes;
  }

  public Body body() {
    return body;
  }

  /** Lets go of what it holds, and gives the reservation back. */
  void discard() {
    body = new Body(0);
    reservation.close();
  }

  /** Makes room for so many bytes more. */
  public Room reserve(long more) {
    long needed = body.length() + more;
    if (needed <= body.capacity()) {
      return Room.ENOUGH;
    }
    if (needed > limitBytes) {
      return Room.TOO_LARGE;
    }
    long room = Math.max(needed, Math.min(limitBytes, Math.max(FIRST_BYTES, 2L * body.capacity())));
    if (body.length() == 0 && more > FIRST_BYTES) {
      room = needed; // its length is known
    }
    if (!reservation.tryGrow(room - body.capacity())) {
      return Room.BUDGET_SPENT;
    }
    body.grow((int) room);
    return Room.ENOUGH;
  }

  Room add(ByteBuffer bytes) {
    int count = bytes.remaining();
    Room room = reserve(count);
    if (room == Room.ENOUGH) {
      bytes.get(body.bytes(), body.end(), count);
      body.added(count);
    }
    return room;
  }

  /** Takes all there is. */
  Room fill(InputStream in) throws IOException {
    while (true) {
      if (body.length() == body.capacity()) {
        if (body.length() == limitBytes) {
          return in.read() < 0 ? Room.ENOUGH : Room.TOO_LARGE;
        }
        Room room = reserve(1);
        if (room != Room.ENOUGH) {
          return room;
        }
      }
      int count = in.read(body.bytes(), body.end(), body.capacity() - body.length());
      if (count < 0) {
        return Room.ENOUGH;
      }
      body.added(count);
    }
  }
}
