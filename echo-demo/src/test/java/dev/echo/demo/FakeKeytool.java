package dev.echo.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** A Java home whose keytool is a shell script. */
record FakeKeytool(Path home) {

  static FakeKeytool in(Path home, String script) throws IOException {
    Path bin = Files.createDirectory(home.resolve("bin"));
    Path keytool = Files.createFile(
        bin.resolve("keytool"),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Files.writeString(keytool, "#!/bin/sh\n" + script + "\n");
    return new FakeKeytool(home);
  }
}
