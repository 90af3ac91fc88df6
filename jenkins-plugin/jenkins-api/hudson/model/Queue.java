package hudson.model;

/** Declared from jenkins-core 2.479.1. */
public class Queue {
    private Queue() {}

    public interface Task extends ModelObject {}

    public interface Executable {}
}
