using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Sleap.Cli.Tests;

/// <summary>
/// A Slurm on this machine, of some nodes that are processes of whoever runs the tests: its own key, ports,
/// configuration and state, all in one folder, gone when it is disposed.
/// </summary>
internal sealed class LocalSlurm : IDisposable
{
    private static readonly string[] Daemons = ["munged", "slurmctld", "slurmd"];
    private readonly string _folder;
    private readonly string[] _nodes;

    /// <param name="folder">A folder of its own.</param>
    /// <param name="nodes">How many nodes there are, named n1, n2 and so on.</param>
    /// <param name="cpus">Tasks of one processor that a node takes.</param>
    /// <exception cref="InvalidOperationException">A daemon does not start; the message has its log.</exception>
    public LocalSlurm(string folder, int nodes, int cpus)
    {
        _folder = Directory.CreateDirectory(folder).FullName;
        _nodes = [.. Enumerable.Range(1, nodes).Select(number => $"n{number}")];
        foreach (var name in (string[])["state", .. _nodes])
            Directory.CreateDirectory(PathOf(name));
        File.WriteAllBytes(PathOf("munge.key"), RandomNumberGenerator.GetBytes(1024));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(PathOf("munge.key"), UnixFileMode.UserRead);
        File.WriteAllText(PathOf("slurm.conf"), Configuration(cpus));
        // Others may write to the folder for temporary files, which munge warns of.
        Start(
            "munged",
            "munged",
            "--force",
            $"--key-file={PathOf("munge.key")}",
            $"--socket={PathOf("munge.sock")}",
            $"--pid-file={PathOf("munged.pid")}",
            $"--log-file={PathOf("munged.log")}",
            $"--seed-file={PathOf("munge.seed")}"
        );
        Start("slurmctld", "slurmctld", "-f", PathOf("slurm.conf"));
        foreach (var node in _nodes)
            Start(node, "slurmd", "-f", PathOf("slurm.conf"), "-N", node);
        WaitFor(
            () => Ask("sinfo", "-h", "-N", "-o", "%t").Split() is var states && states.Count(s => s == "idle") == nodes,
            TimeSpan.FromSeconds(30),
            "not all nodes are idle"
        );
    }

    /// <summary>What is not installed, or null.</summary>
    public static string? Missing =>
        ((string[])[.. Daemons, "sbatch", "squeue", "scancel", "sinfo"]).FirstOrDefault(program =>
            Find(program) is null
        );

    /// <summary>The configuration, for <c>SLURM_CONF</c>.</summary>
    public string ConfigurationFile => PathOf("slurm.conf");

    /// <summary>Runs a script that submits jobs.</summary>
    /// <param name="script">The script, which is run in its folder.</param>
    /// <param name="programs">A folder whose programs come before others.</param>
    public void Submit(string script, string programs)
    {
        var start = new ProcessStartInfo("bash", [script])
        {
            WorkingDirectory = Path.GetDirectoryName(script),
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = $"{programs}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["SLURM_CONF"] = ConfigurationFile;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error);
    }

    /// <summary>Waits until no job is waiting or running.</summary>
    public void WaitForJobs(TimeSpan most) =>
        WaitFor(
            () => Ask("squeue", "-h", "-o", "%i").Trim().Length == 0,
            most,
            () => $"there are jobs left:\n{Ask("squeue")}{Ask("sinfo", "-N", "-l")}"
        );

    /// <summary>Ends a node and all that runs on it at once, as a power failure would.</summary>
    public void Kill(string node)
    {
        // What a node runs has its name; its parent is the node's supervisor of the job.
        var tasks = Directory
            .GetDirectories("/proc")
            .Select(Path.GetFileName)
            .Where(name => int.TryParse(name, out _) && IsOf(name!, node))
            .Select(name => int.Parse(name!))
            .ToList();
        var supervisors = tasks
            .Select(ParentOf)
            .Where(id => Text($"/proc/{id}/comm").StartsWith("slurmstepd"))
            .ToList();
        var daemon = int.Parse(File.ReadAllText(PathOf($"{node}.pid")));
        foreach (var id in (int[])[daemon, .. supervisors.Distinct(), .. tasks])
            Run("kill", "-KILL", $"{id}");
    }

    /// <summary>Waits until something holds.</summary>
    /// <exception cref="InvalidOperationException">It took too long.</exception>
    public static void WaitFor(Func<bool> holds, TimeSpan most, string otherwise) =>
        WaitFor(holds, most, () => otherwise);

    public void Dispose()
    {
        foreach (var daemon in (string[])[.. _nodes, "slurmctld", "munged"])
        {
            if (
                !File.Exists(PathOf($"{daemon}.pid"))
                || !int.TryParse(File.ReadAllText(PathOf($"{daemon}.pid")).Trim(), out var id)
            )
            {
                continue;
            }

            Run("kill", "-TERM", $"{id}");
            for (var i = 0; i < 100 && Directory.Exists($"/proc/{id}"); i++)
                Thread.Sleep(50);
        }
    }

    private static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Concat(["/usr/sbin", "/usr/local/sbin"])
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private bool IsOf(string process, string node)
    {
        var variables = Text($"/proc/{process}/environ").Split('\0');
        return variables.Contains($"SLURMD_NODENAME={node}") && variables.Contains($"SLURM_CONF={ConfigurationFile}");
    }

    private static int ParentOf(int process) =>
        int.Parse(Text($"/proc/{process}/stat").Split(')')[^1].Split(' ').ElementAtOrDefault(2) ?? "0");

    // Empty for a process that has ended.
    private static string Text(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private string Configuration(int cpus)
    {
        var (host, user) = (Environment.MachineName.Split('.')[0], Environment.UserName);
        var nodes = _nodes.Select(node =>
            $"NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 Port={FreePort()} CPUs={cpus} RealMemory=6000\n"
        );
        return $"""
            ClusterName=local
            SlurmctldHost={host}(127.0.0.1)
            SlurmUser={user}
            SlurmdUser={user}
            SlurmctldPort={FreePort()}
            AuthType=auth/munge
            AuthInfo=socket={PathOf("munge.sock")}
            CredType=cred/munge
            StateSaveLocation={PathOf("state")}
            SlurmdSpoolDir={PathOf("%n")}
            SlurmctldPidFile={PathOf("slurmctld.pid")}
            SlurmdPidFile={PathOf("%n.pid")}
            SlurmctldLogFile={PathOf("slurmctld.log")}
            SlurmdLogFile={PathOf("%n.log")}
            ProctrackType=proctrack/linuxproc
            TaskPlugin=task/none
            JobAcctGatherType=jobacct_gather/none
            AccountingStorageType=accounting_storage/none
            SelectType=select/cons_tres
            SelectTypeParameters=CR_CPU_Memory
            SchedulerType=sched/builtin
            SchedulerParameters=sched_interval=1
            SwitchType=switch/none
            MpiDefault=none
            MailProg=/bin/true
            KillWait=2
            SlurmdTimeout=10
            ReturnToService=2
            SlurmdParameters=config_overrides
            {string.Concat(nodes)}PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP

            """;
    }

    private void Start(string name, string daemon, params string[] words)
    {
        if (Run(daemon, words).Code == 0)
            return;
        var log = PathOf($"{name}.log");
        throw new InvalidOperationException(
            $"{name} does not start: "
                + $"{(File.Exists(log) ? string.Join('\n', File.ReadAllLines(log).TakeLast(5)) : "it has no log")}"
        );
    }

    private string Ask(string program, params string[] words) => Run(program, words).Output;

    private (int Code, string Output) Run(string program, params string[] words)
    {
        var start = new ProcessStartInfo(Find(program) ?? program, words) { RedirectStandardOutput = true };
        start.Environment["SLURM_CONF"] = ConfigurationFile;
        using var process = Process.Start(start)!;
        // A daemon keeps its standard output open, so only programs that answer are read to the end.
        if (Daemons.Contains(program))
        {
            process.WaitForExit();
            return (process.ExitCode, "");
        }
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    private static void WaitFor(Func<bool> holds, TimeSpan most, Func<string> otherwise)
    {
        var clock = Stopwatch.StartNew();
        while (!holds())
        {
            if (clock.Elapsed > most)
                throw new InvalidOperationException($"After {most.TotalSeconds} s {otherwise()}.");
            Thread.Sleep(200);
        }
    }

    private string PathOf(string name) => Path.Combine(_folder, name);
}
