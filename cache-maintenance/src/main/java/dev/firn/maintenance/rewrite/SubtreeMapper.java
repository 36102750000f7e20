package dev.firn.maintenance.rewrite;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * Maps one top-level column of the output, with all below it, onto inputs of one schema.
 *
 * <p>Fields are found by field id, never by name. What carries no id by nature is found by position
 * (the repeated group of a list or map) or by name (the two parts of a variant). A group whose
 * children carry no ids where they should is a mismatch, not a group with missing children.
 */
final class SubtreeMapper {
  private final Schema table;
  private final InputSchema input;
  private final List<Type> outPath = new ArrayList<>();
  private final List<Type> inPath = new ArrayList<>();
  private final List<LeafMapping> mappings = new ArrayList<>();

  private SubtreeMapper(Schema table, InputSchema input) {
    this.table = table;
    this.input = input;
  }

  /** The column does not fit: what was expected where, and what was there. */
  static final class Mismatch extends Exception {
    private static final long serialVersionUID = 1;
    final String column;
    final String expected;
    final String found;

    /** Whether the field is not there at all, rather than there in another shape. */
    final boolean missing;

    Mismatch(String column, String expected, String found, boolean missing) {
      super(column + ": expected " + expected + ", found " + found);
      this.missing = missing;
      this.column = column;
      this.expected = expected;
      this.found = found;
    }
  }

  /** One mapping for each leaf below {@code out}, in their order. */
  static List<LeafMapping> map(Schema table, InputSchema input, Type out) throws Mismatch {
    SubtreeMapper mapper = new SubtreeMapper(table, input);
    mapper.child(out, input.type());
    return mapper.mappings;
  }

  /** The child of {@code group} that is {@code out}, if it has one; see the class comment. */
  static Optional<Type> find(Type out, GroupType group, boolean byName) {
    return group.getFields().stream()
        .filter(
            field ->
                out.getId() != null
                    ? out.getId().equals(field.getId())
                    : byName && field.getName().equals(out.getName()))
        .findFirst();
  }

  private void child(Type out, GroupType inParent) throws Mismatch {
    Optional<Type> in = find(out, inParent, isVariant(outParent()));
    if (in.isPresent()) {
      both(out, in.get());
    } else {
      missing(out, inParent);
    }
  }

  private void both(Type out, Type in) throws Mismatch {
    outPath.add(out);
    inPath.add(in);
    if (out.isRepetition(Type.Repetition.REPEATED) != in.isRepetition(Type.Repetition.REPEATED)
        || out.isPrimitive() != in.isPrimitive()) {
      throw mismatch(out, in);
    }
    if (out.isPrimitive()) {
      mappings.add(mapped(out.asPrimitiveType(), in.asPrimitiveType()));
    } else {
      groups(out.asGroupType(), in.asGroupType());
    }
    outPath.remove(outPath.size() - 1);
    inPath.remove(inPath.size() - 1);
  }

  private void groups(GroupType out, GroupType in) throws Mismatch {
    if (!sameKind(out, in)) {
      throw mismatch(out, in);
    }
    if (isList(out) || isMap(out)) {
      if (in.getFieldCount() != 1) {
        throw mismatch(out, in);
      }
      both(out.getType(0), in.getType(0));
    } else {
      for (Type field : out.getFields()) {
        child(field, in);
      }
    }
  }

  private static boolean sameKind(GroupType out, GroupType in) {
    if (isVariant(out)) {
      // A shredded variant has a third field, which means nothing to the two others alone.
      return in.getFieldCount() == out.getFieldCount()
          && out.getFields().stream().allMatch(field -> in.containsField(field.getName()));
    }
    return isList(out) == isList(in) && isMap(out) == isMap(in) && !isVariant(in);
  }

  private LeafMapping mapped(PrimitiveType out, PrimitiveType in) throws Mismatch {
    ValueConversion conversion = ValueConversion.between(in, out);
    if (conversion == null) {
      throw mismatch(out, in);
    }
    int[] levels = new int[definitionLevel(inPath, inPath.size()) + 1];
    for (int level = 0; level < levels.length; level++) {
      levels[level] = outLevel(definedNodes(inPath, level));
    }
    return new LeafMapping(
        leaf(inPath), repetitionLevel(inPath.size()), levels, conversion, false, null);
  }

  /** All leaves below a field that the input's group does not have. */
  private void missing(Type out, GroupType inParent) throws Mismatch {
    boolean ofRepeatedGroup = !outPath.isEmpty() && isRepeatedGroupOf(outPath.size() - 1);
    boolean withoutIds = inParent.getFields().stream().anyMatch(field -> field.getId() == null);
    if (ofRepeatedGroup || isVariant(outParent()) || (withoutIds && !outPath.isEmpty())) {
      throw mismatch(out, inParent);
    }
    Object initialDefault = initialDefault(out);
    Constant constant = null;
    if (initialDefault != null) {
      try {
        constant = out.isPrimitive() ? Constant.of(initialDefault, out.asPrimitiveType()) : null;
      } catch (ArithmeticException e) {
        constant = null;
      }
      if (constant == null) {
        throw new Mismatch(name(out), "the default " + initialDefault, "no such field", true);
      }
    } else if (out.isRepetition(Type.Repetition.REQUIRED)) {
      throw new Mismatch(name(out), "a required field", "no such field and no default", true);
    }
    LeafMapping mapping = inPath.isEmpty() ? absent(out, constant) : donated(out, constant);
    for (int leaves = leafCount(out); leaves > 0; leaves--) {
      mappings.add(mapping);
    }
  }

  private @Nullable Object initialDefault(Type out) {
    if (out.getId() == null) {
      return null;
    }
    NestedField field = table.findField(out.getId().intValue());
    return field == null ? null : field.initialDefault();
  }

  private static LeafMapping absent(Type out, @Nullable Constant constant) {
    int level = constant != null && out.isRepetition(Type.Repetition.OPTIONAL) ? 1 : 0;
    return new LeafMapping(-1, 0, new int[] {level}, ValueConversion.NONE, false, constant);
  }

  private LeafMapping donated(Type out, @Nullable Constant constant) throws Mismatch {
    int depth = inPath.size();
    GroupType group = inPath.get(depth - 1).asGroupType();
    List<Type> donor = donorPath(group);
    int whole = definitionLevel(outPath, depth);
    int defined =
        constant != null && out.isRepetition(Type.Repetition.OPTIONAL) ? whole + 1 : whole;
    int[] levels = new int[definitionLevel(donor, donor.size()) + 1];
    for (int level = 0; level < levels.length; level++) {
      int nodes = definedNodes(donor, level);
      levels[level] = nodes < depth ? outLevel(nodes) : defined;
    }
    return new LeafMapping(
        leaf(donor), repetitionLevel(depth), levels, ValueConversion.NONE, true, constant);
  }

  /** The path of the leaf below a group whose levels cost least to read. */
  private List<Type> donorPath(GroupType group) {
    List<List<Type>> paths = new ArrayList<>();
    leafPaths(group, new ArrayList<>(inPath), paths);
    return paths.stream()
        .min(
            Comparator.<List<Type>>comparingLong(
                    path ->
                        path.stream()
                            .filter(type -> type.isRepetition(Type.Repetition.REPEATED))
                            .count())
                .thenComparing(
                    path ->
                        path.get(path.size() - 1).asPrimitiveType().getPrimitiveTypeName()
                            == PrimitiveTypeName.BINARY))
        .orElseThrow(() -> new AssertionError(group));
  }

  private static void leafPaths(GroupType group, List<Type> path, List<List<Type>> paths) {
    for (Type field : group.getFields()) {
      path.add(field);
      if (field.isPrimitive()) {
        paths.add(List.copyOf(path));
      } else {
        leafPaths(field.asGroupType(), path, paths);
      }
      path.remove(path.size() - 1);
    }
  }

  private int leaf(List<Type> path) {
    String[] names = path.stream().map(Type::getName).toArray(String[]::new);
    List<ColumnDescriptor> leaves = input.leaves();
    for (int i = 0; i < leaves.size(); i++) {
      if (Arrays.equals(leaves.get(i).getPath(), names)) {
        return i;
      }
    }
    throw new AssertionError(path);
  }

  /** How many nodes of a path, from the top, are defined at a definition level. */
  private static int definedNodes(List<Type> path, int level) {
    int reached = 0;
    for (int i = 0; i < path.size(); i++) {
      reached += path.get(i).isRepetition(Type.Repetition.REQUIRED) ? 0 : 1;
      if (reached > level) {
        return i;
      }
    }
    return path.size();
  }

  private static int definitionLevel(List<Type> path, int nodes) {
    int level = 0;
    for (int i = 0; i < nodes; i++) {
      level += path.get(i).isRepetition(Type.Repetition.REQUIRED) ? 0 : 1;
    }
    return level;
  }

  /** The output's definition level where the first {@code nodes} nodes are defined and no more. */
  private int outLevel(int nodes) {
    boolean refused =
        nodes < outPath.size() && outPath.get(nodes).isRepetition(Type.Repetition.REQUIRED);
    return refused ? LeafMapping.REFUSED : definitionLevel(outPath, nodes);
  }

  private int repetitionLevel(int nodes) {
    return (int)
        inPath.subList(0, nodes).stream()
            .filter(type -> type.isRepetition(Type.Repetition.REPEATED))
            .count();
  }

  private @Nullable Type outParent() {
    return outPath.isEmpty() ? null : outPath.get(outPath.size() - 1);
  }

  private boolean isRepeatedGroupOf(int node) {
    return node > 0
        && outPath.get(node).isRepetition(Type.Repetition.REPEATED)
        && (isList(outPath.get(node - 1)) || isMap(outPath.get(node - 1)));
  }

  private static int leafCount(Type type) {
    return type.isPrimitive()
        ? 1
        : type.asGroupType().getFields().stream().mapToInt(SubtreeMapper::leafCount).sum();
  }

  /** The dotted name of a node that is the last of the output's path, or a child of that. */
  private String name(Type out) {
    List<String> names = new ArrayList<>();
    for (Type node : outPath) {
      names.add(node.getName());
    }
    if (outParent() != out) {
      names.add(out.getName());
    }
    return String.join(".", names);
  }

  private Mismatch mismatch(Type out, Type found) {
    return new Mismatch(name(out), oneLine(out), oneLine(found), false);
  }

  private static String oneLine(Type type) {
    return type.toString().replaceAll("\\s+", " ");
  }

  static boolean isVariant(@Nullable Type type) {
    return annotation(type) instanceof LogicalTypeAnnotation.VariantLogicalTypeAnnotation;
  }

  private static boolean isList(Type type) {
    return annotation(type) instanceof LogicalTypeAnnotation.ListLogicalTypeAnnotation;
  }

  private static boolean isMap(Type type) {
    return annotation(type) instanceof LogicalTypeAnnotation.MapLogicalTypeAnnotation
        || annotation(type) instanceof LogicalTypeAnnotation.MapKeyValueTypeAnnotation;
  }

  private static @Nullable LogicalTypeAnnotation annotation(@Nullable Type type) {
    return type == null ? null : type.getLogicalTypeAnnotation();
  }
}
