using Offerbook.Storage.Postgres;

namespace Offerbook.Storage;

/// <summary>
/// Where a journal is kept: <c>sqlite:PATH</c>, a file of this machine, or <c>postgres://user@host:port/database</c>, a database that
/// several machines reach. <c>file:PATH</c> names a file whose first line is the address, for addresses that nobody else should see in
/// a list of processes. What it prints holds no password.
/// </summary>
public abstract record StoreAddress
{
    private StoreAddress()
    {
    }

    /// <summary>A file, by its full path; it is made when it is missing.</summary>
    public sealed record OfFile(string Path) : StoreAddress
    {
        public override string ToString() => "sqlite:" + Path;
    }

    public sealed record InPostgres(PostgresAddress Database) : StoreAddress
    {
        public override string ToString() => Database.ToString();
    }

    /// <exception cref="FormatException">It is no address; the message says what one looks like.</exception>
    public static StoreAddress Parse(string text)
    {
        text = text.Trim();
        if (After("sqlite:", text) is { } path)
        {
            return path.Length > 0
                ? new OfFile(Path.GetFullPath(path)) : throw new FormatException($"'{text}' names no file; a store is given as {Forms}.");
        }
        if (After("postgres://", text) is not null || After("postgresql://", text) is not null)
        {
            return new InPostgres(PostgresAddress.Parse(text));
        }
        if (After("file:", text) is { } secret)
        {
            var line = FirstLineOf(secret);
            return After("file:", line.Trim()) is null
                ? Parse(line) : throw new FormatException($"the file {secret} names yet another file instead of a store.");
        }
        // What was typed may hold a password.
        throw new FormatException($"what was given is not the address of a store; a store is given as {Forms}.");
    }

    private const string Forms =
        "sqlite:PATH, postgres://user@host:port/database, or file:PATH of a file whose first line is such an address";

    private static string? After(string prefix, string text)
    {
        if (!text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }
        var rest = text[prefix.Length..];
        // sqlite:///var/lib/journal.db, as a URI would have it.
        return rest.StartsWith("///", StringComparison.Ordinal) ? rest[2..] : rest;
    }

    private static string FirstLineOf(string path)
    {
        try
        {
            return File.ReadLines(path).FirstOrDefault() ?? "";
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new FormatException($"the file {path} that should name the store cannot be read: {refusal.Message}");
        }
    }
}
