namespace Offerbook.Storage.Formats;

/// <summary>
/// What a program can read and write. Tests and simulations make older and newer programs of this one by giving its cores another.
/// </summary>
/// <param name="Newest">The highest format level that it knows; it reads all from <see cref="LogFormat.First"/> on.</param>
/// <param name="Build">The version of the program, such as <c>0.1.0</c>. For people.</param>
public sealed record FormatSupport(int Newest, string Build)
{
    /// <summary>
    /// The highest level that this program knows: each minor version has one. docs/operating/upgrading.md says what came with it.
    /// </summary>
    public const int NewestLevel = 2;

    public static FormatSupport OfThisBuild { get; } =
        new(NewestLevel, typeof(FormatSupport).Assembly.GetName().Version?.ToString(3) ?? "0");
}
