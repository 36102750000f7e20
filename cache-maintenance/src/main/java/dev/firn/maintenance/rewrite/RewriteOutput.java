package dev.firn.maintenance.rewrite;

import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.OutputFile;

/**
 * A file to write.
 *
 * @param name what messages and the proof call the file
 * @param file created, never overwritten; closing its stream makes the bytes durable
 * @param readBack the same file, opened only after the stream of {@code file} has been closed
 */
public record RewriteOutput(String name, OutputFile file, InputFile readBack) {}
