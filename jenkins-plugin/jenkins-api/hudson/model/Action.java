package hudson.model;

/** Declared from jenkins-core 2.479.1. */
public interface Action extends ModelObject {
    String getIconFileName();

    @Override
    String getDisplayName();

    String getUrlName();
}
