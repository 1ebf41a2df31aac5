package dev.echo;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ModuleTest {

  @Test
  void exportsTheApiAndNeedsNothingButTheJdk() throws Exception {
    ModuleDescriptor module = descriptor();

    assertEquals("dev.echo", module.name());
    assertEquals(
        Set.of("dev.echo", "dev.echo.probe"),
        module.exports().stream().map(Object::toString).collect(toSet()));
    assertEquals(
        Set.of("java.base"),
        module.requires().stream().map(ModuleDescriptor.Requires::name).collect(toSet()));
    assertFalse(module.isOpen());
    assertTrue(module.opens().isEmpty());
    assertTrue(module.uses().isEmpty());
    assertTrue(module.provides().isEmpty());
  }

  /** From the compiled classes, whether the tests run on the module path or on the class path. */
  private static ModuleDescriptor descriptor() throws Exception {
    Path classes = Path.of(
        EchoServer.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    assumeTrue(
        !Files.isDirectory(classes) || Files.exists(classes.resolve("module-info.class")),
        "no module descriptor in " + classes);
    return ModuleFinder.of(classes).findAll().iterator().next().descriptor();
  }
}
