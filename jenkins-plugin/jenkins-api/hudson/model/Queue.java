package hudson.model;

import org.kohsuke.stapler.export.ExportedBean;

/** Declared from jenkins-core 2.479.1. */
@ExportedBean
public class Queue extends ResourceController {
    private Queue() {}

    public interface Task extends ModelObject {}

    public interface Executable {}
}
