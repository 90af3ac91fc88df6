package io.jenkins.plugins.signet.client;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads certificates and private keys from text in PEM form (RFC 7468). */
public final class PemFile {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");

    private PemFile() {}

    /**
     * The certificates in the text, in order.
     *
     * @throws GeneralSecurityException if there is none, or one cannot be read
     */
    public static List<X509Certificate> certificates(String pem) throws GeneralSecurityException {
        var certificates = new ArrayList<X509Certificate>();
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        Matcher blocks = BLOCK.matcher(pem);
        while (blocks.find()) {
            if (blocks.group(1).equals("CERTIFICATE")) {
                byte[] der = decode(blocks.group(2));
                certificates.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
            }
        }
        if (certificates.isEmpty()) {
            throw new CertificateException("there is no certificate in PEM form (-----BEGIN CERTIFICATE-----)");
        }
        return certificates;
    }

    /**
     * The private key in the text: unencrypted PKCS#8 (RFC 5958), RSA or EC.
     *
     * @throws GeneralSecurityException if there is none, or it has another form
     */
    public static PrivateKey privateKey(String pem) throws GeneralSecurityException {
        Matcher blocks = BLOCK.matcher(pem);
        while (blocks.find()) {
            String label = blocks.group(1);
            if (label.equals("PRIVATE KEY")) {
                return parseKey(decode(blocks.group(2)));
            }
            if (label.endsWith("PRIVATE KEY")) {
                throw new GeneralSecurityException("a private key of the form '" + label
                        + "' is not read; convert it with: openssl pkcs8 -topk8 -nocrypt -in KEY -out KEY.pk8");
            }
        }
        throw new GeneralSecurityException("there is no private key in PEM form (-----BEGIN PRIVATE KEY-----)");
    }

    private static PrivateKey parseKey(byte[] pkcs8) throws GeneralSecurityException {
        var specification = new PKCS8EncodedKeySpec(pkcs8);
        GeneralSecurityException last = null;
        for (String algorithm : List.of("EC", "RSA")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(specification);
            } catch (GeneralSecurityException e) {
                last = e;
            }
        }
        throw new GeneralSecurityException("the private key is neither an EC nor an RSA key", last);
    }

    private static byte[] decode(String base64) throws GeneralSecurityException {
        try {
            return Base64.getMimeDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException("the text between the PEM lines is not base64", e);
        }
    }
}
