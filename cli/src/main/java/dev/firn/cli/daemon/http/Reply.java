package dev.firn.cli.daemon.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Whole answers, of which nobody keeps a copy. */
public final class Reply {
  private static final JsonFactory JSON = new JsonFactory();

  private Reply() {}

  /** Writes the members of a JSON object. */
  public interface Members {
    void write(JsonGenerator json) throws IOException;
  }

  /** A JSON object. */
  public static void json(Response response, Callback callback, int status, Members members) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      members.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    bytes.write('\n');
    bytes(response, callback, status, "application/json", bytes.toByteArray());
  }

  /** A JSON object that says what is wrong. */
  public static void problem(Response response, Callback callback, int status, String message) {
    json(
        response,
        callback,
        status,
        json -> {
          json.writeNumberField("status", status);
          json.writeStringField("error", message);
        });
  }

  /** Text of a type. */
  public static void text(
      Response response, Callback callback, int status, String type, String text) {
    bytes(response, callback, status, type, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Bytes of a type. */
  public static void bytes(
      Response response, Callback callback, int status, String type, byte[] content) {
    response.setStatus(status);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, content.length);
    response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
    response.getHeaders().put("X-Content-Type-Options", "nosniff");
    response.write(true, ByteBuffer.wrap(content), callback);
  }
}
