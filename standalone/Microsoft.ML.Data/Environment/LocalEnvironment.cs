using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>The environment behind an MLContext, and the hosts under it.</summary>
internal class LocalEnvironment : IHostEnvironmentInternal
{
    private readonly LocalEnvironment _root;
    private readonly LocalEnvironment _parent;
    private readonly string _shortName;
    private readonly string _parentFullName;
    private readonly TauswortheHybrid _rand;
    private readonly Dictionary<string, object> _options = [];
    private readonly Lock _lock = new();
    private Action<string, ChannelMessage> _listener;

    public LocalEnvironment(int? seed = null)
    {
        _root = this;
        Seed = seed;
        _rand = TauswortheHybrid.Create(seed);
        ComponentCatalog = new ComponentCatalog();
    }

    private LocalEnvironment(LocalEnvironment parent, string shortName, string parentFullName, TauswortheHybrid rand)
    {
        _root = parent._root;
        _parent = parent;
        _shortName = shortName;
        _parentFullName = parentFullName;
        _rand = rand;
        Seed = parent.Seed;
        ComponentCatalog = parent.ComponentCatalog;
        TempFilePath = parent.TempFilePath;
        GpuDeviceId = parent.GpuDeviceId;
        FallbackToCpu = parent.FallbackToCpu;
    }

    public ComponentCatalog ComponentCatalog { get; }
    public int? Seed { get; }
    public string TempFilePath { get; set; } = Path.GetTempPath();
    public int? GpuDeviceId { get; set; }
    public bool FallbackToCpu { get; set; }
    public IDictionary<string, object> Options => _options;

    private string FullName => string.IsNullOrEmpty(_parentFullName) ? _shortName : $"{_parentFullName}; {_shortName}";

    public string ContextDescription => "HostEnvironment";

    public void AddListener(Action<string, ChannelMessage> listener) => _root._listener += listener;

    public TException Process<TException>(TException ex) where TException : Exception
    {
        ex.Data["Throwing component"] = _parent == null ? "Environment" : _shortName;
        return Contracts.Mark(ex);
    }

    public IHost Register(string name, int? seed = null, bool? verbose = null)
    {
        Contracts.CheckNonEmpty(name, nameof(name));
        lock (_lock)
        {
            TauswortheHybrid rand = seed.HasValue ? TauswortheHybrid.Create(seed) : TauswortheHybrid.Create(_rand);
            // A host's name begins with its grandparent's, not its parent's: so the original names them.
            return new Host(this, name, _parent?.FullName, rand);
        }
    }

    public IChannel Start(string name) => new Channel(this, name);

    public IPipe<TMessage> StartPipe<TMessage>(string name) => new Pipe<TMessage>(this, name);

    public IProgressChannel StartProgressChannel(string name)
    {
        Contracts.CheckNonEmpty(name, nameof(name));
        return new ProgressChannel(this, isRoot: true);
    }

    private sealed class Host(LocalEnvironment parent, string shortName, string parentFullName, TauswortheHybrid rand)
        : LocalEnvironment(parent, shortName, parentFullName, rand), IHost
    {
        public Random Rand => _rand;
    }

    private class Pipe<TMessage>(LocalEnvironment owner, string name) : IPipe<TMessage>
    {
        private readonly string _fullName = string.IsNullOrEmpty(owner.FullName) ? name : $"{owner.FullName}; {name}";

        public string ContextDescription => _fullName;

        public TException Process<TException>(TException ex) where TException : Exception
        {
            ex.Data["Phase"] = name;
            return owner.Process(ex);
        }

        public void Send(TMessage msg)
        {
            if (msg is ChannelMessage message)
                owner._root._listener?.Invoke(_fullName, message);
        }

        public virtual void Dispose()
        {
        }
    }

    private sealed class Channel : Pipe<ChannelMessage>, IChannel
    {
        private readonly System.Diagnostics.Stopwatch _watch = System.Diagnostics.Stopwatch.StartNew();
        private bool _disposed;

        public Channel(LocalEnvironment owner, string name) : base(owner, name) => Trace(MessageSensitivity.None, "Channel started");

        private void Send(ChannelMessageKind kind, MessageSensitivity sensitivity, string format, params object[] arguments)
            => Send(new ChannelMessage(kind, sensitivity, format, arguments));

        public void Trace(MessageSensitivity sensitivity, string fmt) => Send(ChannelMessageKind.Trace, sensitivity, fmt);
        public void Trace(MessageSensitivity sensitivity, string fmt, params object[] args) => Send(ChannelMessageKind.Trace, sensitivity, fmt, args);
        public void Info(MessageSensitivity sensitivity, string fmt) => Send(ChannelMessageKind.Info, sensitivity, fmt);
        public void Info(MessageSensitivity sensitivity, string fmt, params object[] args) => Send(ChannelMessageKind.Info, sensitivity, fmt, args);
        public void Warning(MessageSensitivity sensitivity, string fmt) => Send(ChannelMessageKind.Warning, sensitivity, fmt);
        public void Warning(MessageSensitivity sensitivity, string fmt, params object[] args) => Send(ChannelMessageKind.Warning, sensitivity, fmt, args);
        public void Error(MessageSensitivity sensitivity, string fmt) => Send(ChannelMessageKind.Error, sensitivity, fmt);
        public void Error(MessageSensitivity sensitivity, string fmt, params object[] args) => Send(ChannelMessageKind.Error, sensitivity, fmt, args);

        public override void Dispose()
        {
            if (_disposed)
                return;
            _disposed = true;
            Trace(MessageSensitivity.None, "Channel finished. Elapsed {0:c}.", _watch.Elapsed);
            Trace(MessageSensitivity.None, "Channel disposed");
        }
    }
}
