package dev.firn.cli.daemon.otlp;

import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is in a request, before any of it is decoded: its services, and how many records each has.
 * Every envelope is walked, so that of a request that is cut off or is something else nothing goes
 * in; what is in a record is looked at when it becomes a row.
 */
final class Outline {
  static final int MAX_RESOURCES = 100_000;
  static final int MAX_SOURCES = 1_000;
  private static final byte[] SERVICE_NAME = "service.name".getBytes(StandardCharsets.UTF_8);

  /** The part of a request that is of one service. */
  static final class Part {
    private final String source;
    private final List<WireMessage> resources = new ArrayList<>();
    private long records;
    private long bytes;
    private int largestRecordBytes;

    private Part(String source) {
      this.source = source;
    }

    /** The value of its partition. */
    String source() {
      return source;
    }

    /** In their order; each has a record at least. */
    List<WireMessage> resources() {
      return resources;
    }

    long records() {
      return records;
    }

    /** Of the resources with all that is in them. */
    long bytes() {
      return bytes;
    }

    int largestRecordBytes() {
      return largestRecordBytes;
    }
  }

  private final Map<String, Part> parts = new LinkedHashMap<>();
  private int resources;

  private Outline() {}

  /**
   * @throws RefusedException if it is no request of this signal, or of too many parts
   */
  static Outline of(Signal signal, WireMessage request)
      throws RefusedException, InterruptedException {
    Outline outline = new Outline();
    try {
      Envelope.each(request, Envelope.RESOURCES, resource -> outline.add(signal, resource));
      return outline;
    } catch (InvalidProtocolBufferException e) {
      throw new RefusedException(
          400, "the body is no " + signal.request().getName() + ": " + e.getMessage());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  List<Part> parts() {
    return List.copyOf(parts.values());
  }

  private boolean add(Signal signal, WireMessage resource)
      throws IOException, RefusedException, InterruptedException {
    Part found = new Part("");
    Envelope.each(
        resource,
        Envelope.SCOPES,
        scope ->
            Envelope.each(
                scope,
                Envelope.RECORDS,
                record -> {
                  Envelope.RecordSizes sizes = Envelope.sizes(signal, record);
                  found.records += sizes.count();
                  found.largestRecordBytes =
                      Math.max(found.largestRecordBytes, sizes.largestBytes());
                  return true;
                }));
    String source = SourceName.of(serviceName(resource));
    if (found.records == 0) {
      return true;
    }
    if (++resources > MAX_RESOURCES) {
      throw new RefusedException(413, "more than " + MAX_RESOURCES + " resources in a request");
    }
    Part part = parts.computeIfAbsent(source, Part::new);
    if (parts.size() > MAX_SOURCES) {
      throw new RefusedException(413, "more than " + MAX_SOURCES + " services in a request");
    }
    part.resources.add(resource);
    part.records += found.records;
    part.bytes += resource.length();
    part.largestRecordBytes = Math.max(part.largestRecordBytes, found.largestRecordBytes);
    return true;
  }

  /** The attribute {@code service.name}; empty if there is none, or none that can be read. */
  private static String serviceName(WireMessage resource)
      throws IOException, RefusedException, InterruptedException {
    String[] name = {""};
    Envelope.each(
        resource,
        Envelope.RESOURCE,
        message ->
            Envelope.each(
                message,
                Resource.ATTRIBUTES_FIELD_NUMBER,
                attribute -> {
                  @Nullable String found = serviceNameIn(attribute);
                  name[0] = found == null ? name[0] : found;
                  return found == null;
                }));
    return name[0];
  }

  private static @Nullable String serviceNameIn(WireMessage attribute) throws IOException {
    boolean isName = false;
    String text = "";
    for (WireMessage.Reader in = attribute.read(); in.next(); ) {
      if (in.isMessage(KeyValue.KEY_FIELD_NUMBER)) {
        isName = Arrays.equals(in.bytes(), SERVICE_NAME);
      } else if (in.isMessage(KeyValue.VALUE_FIELD_NUMBER)) {
        text = text(in.message());
      } else {
        in.skip();
      }
    }
    return isName ? text : null;
  }

  private static String text(WireMessage value) throws IOException {
    try {
      return AnyValueText.Value.of(value).value() instanceof String text ? text : "";
    } catch (UnfitException e) {
      return ""; // its records are refused when they are to become rows
    }
  }
}
