using System.Xml;
using Signet.Formats.Opc;

namespace Signet.Formats.ClickOnce;

/// <summary>Where things lie in the text of a manifest. All else in it stays as it is.</summary>
internal sealed record ManifestLayout
{
    /// <summary>Namespace of assembly and assemblyIdentity.</summary>
    public const string AssemblyNamespace = "urn:schemas-microsoft-com:asm.v1";

    /// <summary>Namespace of publisherIdentity.</summary>
    public const string SecondNamespace = "urn:schemas-microsoft-com:asm.v2";

    /// <summary>Namespace of XML signatures.</summary>
    public const string SignatureNamespace = "http://www.w3.org/2000/09/xmldsig#";

    /// <summary>The value of publicKeyToken, or the empty place behind the name of assemblyIdentity where there is none.</summary>
    public required Range Token { get; init; }

    /// <summary>Whether there is a publicKeyToken.</summary>
    public required bool HasToken { get; init; }

    /// <summary>The attributes of assemblyIdentity by their qualified names, in order.</summary>
    public required IReadOnlyList<(string Name, string Value)> Identity { get; init; }

    /// <summary>publisherIdentity; null for none.</summary>
    public required Range? Publisher { get; init; }

    /// <summary>The signature; null for none.</summary>
    public required Range? Signature { get; init; }

    /// <summary>Where the end tag of the root begins.</summary>
    public required int RootEnd { get; init; }

    /// <summary>Settings that read no DTD and nothing outside the document.</summary>
    public static XmlReaderSettings Settings => new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = ClickOnceFormat.MaxBytes,
        IgnoreWhitespace = false,
    };

    /// <summary>Reads it.</summary>
    /// <exception cref="SignatureFormatException">It is no ClickOnce manifest.</exception>
    public static ManifestLayout Read(ManifestText text)
    {
        try
        {
            CheckSize(text);
            using var reader = XmlReader.Create(new StringReader(text.Text), Settings);
            return new Finder(text.Text, reader).Find();
        }
        catch (XmlException exception)
        {
            throw ClickOnceFormat.Malformed($"its XML is broken at line {exception.LineNumber}", exception);
        }
    }

    // Canonicalization is to meet no more than it can bear.
    private static void CheckSize(ManifestText text)
    {
        using var reader = XmlReader.Create(new StringReader(text.Text), Settings);
        if (SafeXml.Excess(reader) is { } excess)
        {
            throw ClickOnceFormat.Malformed("it " + excess);
        }
    }

    private sealed class Finder(string text, XmlReader reader)
    {
        private readonly List<int> _lines = LineStarts(text);
        private readonly List<(string Name, string Value)> _identity = [];
        private Range? _token;
        private bool _hasToken;
        private Range? _publisher;
        private Range? _signature;
        private bool _isClickOnce;

        public ManifestLayout Find()
        {
            reader.Read();
            if (reader.NodeType == XmlNodeType.XmlDeclaration
                && reader.GetAttribute("encoding") is { } encoding
                && encoding.ToUpperInvariant() is not ("UTF-8" or "UTF-16" or "US-ASCII"))
            {
                throw new SignatureFormatException(
                    FormatFailure.Unsupported, $"The manifest says that it is encoded in {encoding}; UTF-8 and UTF-16 are signed.");
            }

            reader.MoveToContent();
            if (reader is not { NodeType: XmlNodeType.Element, LocalName: "assembly", NamespaceURI: AssemblyNamespace, IsEmptyElement: false })
            {
                throw ClickOnceFormat.Malformed("its root is no assembly of urn:schemas-microsoft-com:asm.v1");
            }

            reader.Read();
            while (reader.Depth > 0)
            {
                if (reader.NodeType == XmlNodeType.Element)
                {
                    ReadChild();
                }
                else
                {
                    reader.Read();
                }
            }

            var end = Start();
            while (reader.Read())
            {
                // To the end, so that what is behind the root is well-formed too.
            }

            if (!_isClickOnce)
            {
                throw new SignatureFormatException(
                    FormatFailure.Unsupported, "This manifest has neither deployment nor entryPoint: it is a side-by-side manifest, and those carry no signature.");
            }

            return new ManifestLayout
            {
                Token = _token ?? throw ClickOnceFormat.Malformed("it has no assemblyIdentity below its root"),
                HasToken = _hasToken,
                Identity = _identity,
                Publisher = _publisher,
                Signature = _signature,
                RootEnd = end,
            };
        }

        private void ReadChild()
        {
            var start = Start();
            var (name, space) = (reader.LocalName, reader.NamespaceURI);
            _isClickOnce |= space == SecondNamespace && name is "deployment" or "entryPoint";
            if (name == "assemblyIdentity" && space == AssemblyNamespace)
            {
                ReadIdentity();
            }

            reader.Skip();
            if (name == "publisherIdentity" && space == SecondNamespace)
            {
                _publisher = _publisher is null ? start..Start() : throw ClickOnceFormat.Malformed("it has more than one publisherIdentity");
            }
            else if (name == "Signature" && space == SignatureNamespace)
            {
                _signature = _signature is null ? start..Start() : throw ClickOnceFormat.Malformed("it has more than one Signature");
            }
        }

        private void ReadIdentity()
        {
            if (_token is not null)
            {
                throw ClickOnceFormat.Malformed("it has more than one assemblyIdentity below its root");
            }

            var behindName = Place() + reader.Name.Length;
            _token = behindName..behindName;
            while (reader.MoveToNextAttribute())
            {
                if (reader.NamespaceURI == "http://www.w3.org/2000/xmlns/")
                {
                    continue;
                }

                _identity.Add((reader.Name, reader.Value));
                if (reader.Name == "publicKeyToken")
                {
                    // Between its quotes.
                    var quote = text.AsSpan(Place()).IndexOfAny('"', '\'') + Place();
                    _token = (quote + 1)..text.IndexOf(text[quote], quote + 1);
                    _hasToken = true;
                }
            }

            reader.MoveToElement();
        }

        // The reader points behind the characters that open a node.
        private int Start() => Place() - reader.NodeType switch
        {
            XmlNodeType.Element => 1,
            XmlNodeType.EndElement or XmlNodeType.ProcessingInstruction => 2,
            XmlNodeType.Comment => 4,
            XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace => 0,
            _ => throw ClickOnceFormat.Malformed("there is text between the elements of its root"),
        };

        private int Place()
        {
            var line = (IXmlLineInfo)reader;
            return _lines[line.LineNumber - 1] + line.LinePosition - 1;
        }

        private static List<int> LineStarts(string text)
        {
            var starts = new List<int> { 0 };
            for (var index = 0; index < text.Length; index++)
            {
                if (text[index] == '\n' || (text[index] == '\r' && (index + 1 == text.Length || text[index + 1] != '\n')))
                {
                    starts.Add(index + 1);
                }
            }

            return starts;
        }
    }
}
