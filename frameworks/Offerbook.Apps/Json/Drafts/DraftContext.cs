using Offerbook.Apps.Specs;

namespace Offerbook.Apps.Json.Drafts;

/// <summary>Where a draft is to become an app.</summary>
/// <param name="Id">Worked out from the URL, or from the draft and its group.</param>
/// <param name="Base">What relative dependencies are relative to: the enclosing group, or the root for the apps API.</param>
/// <param name="DefaultRole">For an app that names none.</param>
/// <param name="Path">Of the draft in the submitted document, for errors.</param>
public sealed record DraftContext(PathId Id, PathId Base, string DefaultRole, SpecSettings Settings, string Path = "");
