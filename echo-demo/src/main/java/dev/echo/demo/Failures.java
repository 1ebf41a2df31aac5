package dev.echo.demo;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** Texts of failures, also where the JDK has only a path or a class. */
final class Failures {

  private Failures() {}

  static String text(Throwable failure) {
    if (failure instanceof FileSystemException e) {
      return e.getFile() + ": " + reason(e);
    } else if (failure instanceof OutOfMemoryError) {
      return "Out of memory (" + failure.getMessage() + ")";
    } else if (failure instanceof LinkageError && failure.getCause() != null) {
      return text(failure.getCause()); // why the class failed to load
    } else if (failure.getMessage() == null) {
      return failure.getClass().getSimpleName();
    } else if (failure instanceof IOException || failure instanceof IllegalArgumentException) {
      return failure.getMessage();
    }
    return failure.getClass().getSimpleName() + ": " + failure.getMessage();
  }

  /** Returns the reason without the path. */
  static String reason(FileSystemException failure) {
    if (failure.getReason() != null) {
      return failure.getReason();
    } else if (failure instanceof NoSuchFileException) {
      return "no such file or directory";
    } else if (failure instanceof AccessDeniedException) {
      return "permission denied";
    } else if (failure instanceof FileAlreadyExistsException) {
      return "exists already";
    } else if (failure instanceof NotDirectoryException) {
      return "is no directory";
    }
    return failure.getClass().getSimpleName();
  }
}
