package dev.firn.smoke.flow;

import java.util.List;
import java.util.Optional;

/** All flows, in the order in which they run. */
final class Flows {
  static final List<Flow> ALL =
      List.of(
          CoreBootNoop.FLOW,
          CacheRoundtrip.FLOW,
          CacheAppendBatching.FLOW,
          CacheLifecycleMaintenance.FLOW,
          MaintenanceCrashRecovery.FLOW,
          CorruptCursorPreserved.FLOW,
          OrphanGenerationReclaimed.FLOW,
          StatusDiagnostics.FLOW,
          LocalParquetExport.FLOW,
          TwoProcessesRace.FLOW,
          RetentionBoundsTheCache.FLOW,
          RestoreUndoesAPass.FLOW,
          PurgeLeavesNoTrace.FLOW,
          DaemonTickCompacts.FLOW,
          DaemonIngestGateway.FLOW,
          DaemonIngestOtlp.FLOW,
          OldFormatOpens.FLOW,
          FieldCachesKept.FLOW);

  private Flows() {}

  static Optional<Flow> find(String name) {
    return ALL.stream().filter(flow -> flow.name().equals(name)).findFirst();
  }
}
