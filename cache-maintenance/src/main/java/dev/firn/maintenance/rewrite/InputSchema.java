package dev.firn.maintenance.rewrite;

import java.util.List;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.schema.MessageType;

/**
 * A Parquet schema that one or many inputs have.
 *
 * @param firstInput the first input that has it, for messages
 */
record InputSchema(String firstInput, MessageType type, List<ColumnDescriptor> leaves) {
  InputSchema(String firstInput, MessageType type) {
    this(firstInput, type, List.copyOf(type.getColumns()));
  }
}
