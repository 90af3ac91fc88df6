package org.springframework.security.access;

/** Declared from spring-security-core, which Jenkins 2.479.1 ships. */
public class AccessDeniedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public AccessDeniedException(String msg) {
        super(msg);
    }
}
