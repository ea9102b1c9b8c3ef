using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Sleap.Cli.Tests;

/// <summary>
/// A Slurm of one node, this machine, run by whoever runs the tests: its own key, ports, configuration and state, all
/// in one folder, gone when it is disposed.
/// </summary>
internal sealed class OneNodeSlurm : IDisposable
{
    private static readonly string[] Daemons = ["munged", "slurmctld", "slurmd"];
    private readonly string _folder;

    /// <param name="folder">A folder of its own.</param>
    /// <exception cref="InvalidOperationException">A daemon does not start; the message has its log.</exception>
    public OneNodeSlurm(string folder)
    {
        _folder = folder;
        foreach (var name in (string[])["state", "spool"])
            Directory.CreateDirectory(PathOf(name));
        File.WriteAllBytes(PathOf("munge.key"), RandomNumberGenerator.GetBytes(1024));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(PathOf("munge.key"), UnixFileMode.UserRead);
        File.WriteAllText(PathOf("slurm.conf"), Configuration());
        // Others may write to the folder for temporary files, which munge warns of.
        Start(
            "munged",
            "--force",
            $"--key-file={PathOf("munge.key")}",
            $"--socket={PathOf("munge.sock")}",
            $"--pid-file={PathOf("munged.pid")}",
            $"--log-file={PathOf("munged.log")}",
            $"--seed-file={PathOf("munge.seed")}"
        );
        Start("slurmctld", "-f", PathOf("slurm.conf"));
        Start("slurmd", "-f", PathOf("slurm.conf"));
        WaitFor(
            () => Ask("sinfo", "-h", "-o", "%t").Trim() is "idle",
            TimeSpan.FromSeconds(30),
            "the node is not idle"
        );
    }

    /// <summary>What is not installed, or null.</summary>
    public static string? Missing =>
        ((string[])[.. Daemons, "sbatch", "squeue", "scancel", "sinfo"]).FirstOrDefault(program =>
            Find(program) is null
        );

    /// <summary>The configuration, for <c>SLURM_CONF</c>.</summary>
    public string ConfigurationFile => PathOf("slurm.conf");

    /// <summary>Waits until no job is waiting or running.</summary>
    public void WaitForJobs(TimeSpan most) =>
        WaitFor(() => Ask("squeue", "-h", "-o", "%i").Trim().Length == 0, most, "there are jobs left");

    public void Dispose()
    {
        foreach (var daemon in Daemons.Reverse())
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

    private string Configuration()
    {
        var (host, user) = (Environment.MachineName.Split('.')[0], Environment.UserName);
        return $"""
            ClusterName=one
            SlurmctldHost={host}(127.0.0.1)
            SlurmUser={user}
            SlurmdUser={user}
            SlurmctldPort={FreePort()}
            SlurmdPort={FreePort()}
            AuthType=auth/munge
            AuthInfo=socket={PathOf("munge.sock")}
            CredType=cred/munge
            StateSaveLocation={PathOf("state")}
            SlurmdSpoolDir={PathOf("spool")}
            SlurmctldPidFile={PathOf("slurmctld.pid")}
            SlurmdPidFile={PathOf("slurmd.pid")}
            SlurmctldLogFile={PathOf("slurmctld.log")}
            SlurmdLogFile={PathOf("slurmd.log")}
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
            JobRequeue=0
            ReturnToService=2
            SlurmdParameters=config_overrides
            NodeName={host} NodeAddr=127.0.0.1 CPUs=3 RealMemory=6000
            PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP

            """;
    }

    private void Start(string daemon, params string[] words)
    {
        if (Run(daemon, words).Code == 0)
            return;
        var log = PathOf($"{daemon}.log");
        throw new InvalidOperationException(
            $"{daemon} does not start: "
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

    private static void WaitFor(Func<bool> holds, TimeSpan most, string otherwise)
    {
        var clock = Stopwatch.StartNew();
        while (!holds())
        {
            if (clock.Elapsed > most)
                throw new InvalidOperationException($"After {most.TotalSeconds} s {otherwise}.");
            Thread.Sleep(200);
        }
    }

    private string PathOf(string name) => Path.Combine(_folder, name);
}
