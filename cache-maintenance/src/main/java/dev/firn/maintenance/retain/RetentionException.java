package dev.firn.maintenance.retain;

/** What is configured for a dataset cannot be asked of its tables: nothing of it is dropped. */
class RetentionException extends Exception {
  RetentionException(String message) {
    super(message);
  }
}
