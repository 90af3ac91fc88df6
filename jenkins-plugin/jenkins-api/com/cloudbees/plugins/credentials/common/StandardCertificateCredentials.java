package com.cloudbees.plugins.credentials.common;

/** Declared from credentials 1405.vb_cda_74a_f8974. */
public interface StandardCertificateCredentials extends StandardCredentials, CertificateCredentials {}
