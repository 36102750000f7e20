package dev.firn.cli.query;

import dev.firn.cli.sql.DatasetExport;
import dev.firn.core.partition.PartitionState.Live;
import dev.firn.core.rows.TypeText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.types.Types;

/** The columns of several partitions together, by name, in the order in which they appear. */
record SchemaUnion(List<Column> columns) {

  /**
   * @param forms more than one where partitions differ
   */
  record Column(String name, List<Form> forms) {
    Column {
      forms = List.copyOf(forms);
    }
  }

  /**
   * What a column is, and in which partitions (by path) it is that.
   *
   * @param queryable true if SQL and exports show it
   */
  record Form(String type, boolean required, boolean queryable, List<String> partitions) {
    Form {
      partitions = List.copyOf(partitions);
    }
  }

  private record Kind(String type, boolean required, boolean queryable) {}

  SchemaUnion {
    columns = List.copyOf(columns);
  }

  static SchemaUnion of(List<Live> partitions) {
    Map<String, Map<Kind, List<String>>> found = new LinkedHashMap<>();
    for (Live live : partitions) {
      for (Types.NestedField field : live.generation().metadata().schema().columns()) {
        found
            .computeIfAbsent(field.name(), name -> new LinkedHashMap<>())
            .computeIfAbsent(
                new Kind(
                    TypeText.of(field.type()),
                    field.isRequired(),
                    DatasetExport.isSupported(field.type())),
                kind -> new ArrayList<>())
            .add(live.partition().path());
      }
    }
    List<Column> columns = new ArrayList<>();
    found.forEach(
        (name, kinds) -> {
          List<Form> forms = new ArrayList<>();
          kinds.forEach(
              (kind, paths) ->
                  forms.add(new Form(kind.type(), kind.required(), kind.queryable(), paths)));
          columns.add(new Column(name, forms));
        });
    return new SchemaUnion(columns);
  }
}
