package hudson.model;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.kohsuke.stapler.export.ExportedBean;

/** Declared from jenkins-core 2.479.1. */
@ExportedBean
public abstract class Computer extends Actionable {
    private Computer() {}

    public static final ExecutorService threadPoolForRemoting = Executors.newCachedThreadPool();

    public boolean isOffline() {
        throw new AssertionError("declaration only");
    }

    public String getName() {
        throw new AssertionError("declaration only");
    }
}
