namespace Offerbook.Wire;

/// <summary>What kept bytes from becoming a message.</summary>
public enum WireErrorKind
{
    /// <summary>The bytes are not one JSON value.</summary>
    MalformedJson,

    /// <summary>The JSON is well-formed, but does not fit the message: a wrong type, or a required field is missing.</summary>
    UnfitJson,

    /// <summary>The bytes are not the message in protobuf, or a required field is missing.</summary>
    MalformedProtobuf,
}

/// <summary>Why bytes could not be read as a message.</summary>
/// <param name="Detail">What is wrong and where, in the words that Mesos uses.</param>
public sealed record WireError(WireErrorKind Kind, string Detail)
{
    /// <summary>The text that the v1 API answers with status 400.</summary>
    /// <param name="what">What the body should have been: <c>Call</c> in the v1 API.</param>
    public string Describe(string what = "Call") => Kind switch
    {
        WireErrorKind.MalformedJson => $"Failed to parse body into JSON: {Detail}",
        WireErrorKind.UnfitJson => $"Failed to convert JSON into {what} protobuf: {Detail}",
        _ => $"Failed to parse body into {what} protobuf",
    };
}
