namespace Offerbook.Wire;

/// <summary>How a message is written in a body or a record.</summary>
public enum MessageFormat
{
    Json,
    Protobuf,
}
