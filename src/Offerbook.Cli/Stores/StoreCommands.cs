using System.CommandLine;
using System.Globalization;
using Offerbook.Cli.Parts;
using Offerbook.Storage;
using Offerbook.Storage.Archive;

namespace Offerbook.Cli.Stores;

/// <summary>
/// <c>offerbook backup</c>, <c>restore</c> and <c>verify</c>: whole stores, read beside whoever serves from them. Exit statuses: 0 done and
/// whole, 1 damaged, 2 a wrong command line, 3 a store that cannot be reached or is held, 5 something is in the way.
/// </summary>
internal static class StoreCommands
{
    public static Command CreateBackup()
    {
        var (store, target) = (Store("What to copy"),
            new Argument<string>("target") { Description = "A new file, or a directory for a file named by the time" });
        var command = new Command("backup", "Copy a store into one file, while it is in use") { store, target };
        command.SetAction(parsed => Guard(() =>
        {
            var file = FileIn(parsed.GetValue(target)!);
            var report = StoreArchive.Backup(Address(parsed.GetValue(store)!), file);
            return Tell(report, $"wrote {file}",
                "nothing was written; what can still be saved is saved by copying the files or the database themselves");
        }));
        return command;
    }

    public static Command CreateRestore()
    {
        var backup = new Argument<string>("backup") { Description = "A file that offerbook backup made" };
        var store = Store("Where to put it");
        var force = new Option<bool>("--force") { Description = "Replace what is in the store" };
        var command = new Command("restore", "Put a backup in the place of a store; stop whoever serves from it first") { backup, store,
            force };
        command.SetAction(parsed => Guard(() =>
        {
            var address = Address(parsed.GetValue(store)!);
            var report = StoreArchive.Restore(parsed.GetValue(backup)!, address, parsed.GetValue(force));
            return Tell(report, $"restored into {address}", "the backup is damaged; nothing was changed");
        }));
        return command;
    }

    public static Command CreateVerify()
    {
        var store = Store("What to check; a backup is a store too");
        var command = new Command("verify", "Check every checksum and number of a store, while it is in use") { store };
        command.SetAction(parsed => Guard(() => Tell(StoreArchive.Verify(Address(parsed.GetValue(store)!)), "whole", "damaged")));
        return command;
    }

    private static Argument<string> Store(string what) => new("store")
    {
        Description = what
            + ": sqlite:PATH, postgres://user@host/db, file:PATH of a file with the address, a journal's file, "
            + "or the data directory of a part",
    };

    /// <summary>An address, or a path: a data directory stands for the journal in it.</summary>
    private static StoreAddress Address(string text)
    {
        if (Directory.Exists(text))
        {
            var agent = Path.Combine(text, "meta", "agent.db");
            return new StoreAddress.OfFile(Path.GetFullPath(File.Exists(agent) ? agent : Path.Combine(text, "journal.db")));
        }
        return File.Exists(text) ? new StoreAddress.OfFile(Path.GetFullPath(text)) : StoreOption.Parse(text);
    }

    private static string FileIn(string target) => Path.GetFullPath(!Directory.Exists(target) ? target
        : Path.Combine(target,
            $"offerbook-{TimeProvider.System.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}Z.backup"));

    private static int Tell(StoreReport report, string whole, string damaged)
    {
        foreach (var log in report.Logs)
        {
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{log.PersistenceId}: "
                + $"{(log.Events == 0 ? "no events" : $"events {log.FirstEvent} to {log.FirstEvent + log.Events - 1}")}, "
                + $"last {log.LastSequence}, epoch {log.Epoch}, format level {log.FormatLevel}, "
                + $"snapshots {(log.Snapshots.Count == 0 ? "none" : "at " + string.Join(", ", log.Snapshots))}, "
                + $"{log.Bytes / 1048576.0:0.0} MiB"));
            foreach (var note in log.Notes)
            {
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  event {note.Sequence}: {note.Text}"));
            }
            foreach (var problem in log.Problems)
            {
                Console.Error.WriteLine($"{log.PersistenceId}: {problem}");
            }
        }
        if (!report.IsWhole)
        {
            throw new CliException(ExitCode.Failed, $"{report.Place} is damaged: {damaged}", "docs/operating/store.md tells what to do");
        }
        Console.Out.WriteLine(report.Logs.Count == 0 ? whole + " (there is no log in it)" : whole);
        return ExitCode.Success;
    }

    private static int Guard(Func<int> work)
    {
        try
        {
            return work();
        }
        catch (JournalUnavailableException problem)
        {
            throw new CliException(ExitCode.Unavailable, problem.Message);
        }
        catch (JournalDamagedException problem)
        {
            throw new CliException(ExitCode.Failed, problem.Message);
        }
        catch (StoreNotEmptyException problem)
        {
            throw new CliException(ExitCode.Conflict, problem.Message);
        }
    }
}
