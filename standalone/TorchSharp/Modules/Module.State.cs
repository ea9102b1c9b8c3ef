using System.Reflection;
using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            // ---- state dictionaries ----------------------------------------------------------------------------------

            public virtual Dictionary<string, Tensor> state_dict(Dictionary<string, Tensor> destination = null, string prefix = null)
            {
                destination ??= [];
                string Key(string name) => string.IsNullOrEmpty(prefix) ? name : $"{prefix}.{name}";
                foreach (var (name, parameter) in named_parameters()) destination.TryAdd(Key(name), parameter);
                foreach (var (name, buffer) in named_buffers(true, false)) destination.TryAdd(Key(name), buffer);
                // Once more child by child: what is registered under two names is found under both.
                foreach (var (name, child) in Submodules) child.state_dict(destination, Key(name));
                return destination;
            }

            public virtual (IList<string> missing_keys, IList<string> unexpected_keyes) load_state_dict(Dictionary<string, Tensor> source, bool strict = true, IList<string> skip = null)
            {
                skip ??= [];
                var destination = state_dict();
                List<string> unexpected = [.. source.Keys.Where(key => !skip.Contains(key) && !destination.ContainsKey(key))];
                List<string> missing = [.. destination.Keys.Where(key => !skip.Contains(key) && !source.ContainsKey(key))];
                if (strict && (missing.Count > 0 || unexpected.Count > 0))
                    throw new InvalidOperationException("The loaded state_dict is not identical to the target dictionary.");
                using var quiet = no_grad();
                foreach (var (key, value) in source)
                    if (!skip.Contains(key) && destination.TryGetValue(key, out var target)) target.copy_(value);
                return (missing, unexpected);
            }

            // ---- files -----------------------------------------------------------------------------------------------

            public Module save(string location, IList<string> skip = null)
            {
                using var stream = File.Create(location);
                return save(stream, skip);
            }

            public Module save(Stream stream, IList<string> skip = null)
            {
                using var writer = new BinaryWriter(stream);
                return save(writer, skip);
            }

            public Module save(BinaryWriter writer, IList<string> skip = null)
            {
                save_state_dict(writer, state_dict(), skip);
                return this;
            }

            public static void save_state_dict(BinaryWriter writer, Dictionary<string, Tensor> sd, IList<string> skip = null)
            {
                var entries = sd.Where(entry => skip is null || !skip.Contains(entry.Key)).ToList();
                writer.Encode(entries.Count);
                foreach (var (key, tensor) in entries)
                {
                    writer.Write(key);
                    tensor.Save(writer);
                }
            }

            public virtual Module load(string location, bool strict = true, IList<string> skip = null, Dictionary<string, bool> loadedParameters = null)
            {
                if (!File.Exists(location)) throw new FileNotFoundException(location);
                using var stream = File.OpenRead(location);
                return load(stream, strict, skip, loadedParameters);
            }

            public Module load(Stream stream, bool strict = true, IList<string> skip = null, Dictionary<string, bool> loadedParameters = null)
            {
                using var reader = new BinaryReader(stream);
                return load(reader, strict, skip, loadedParameters);
            }

            public virtual Module load(BinaryReader reader, bool strict = true, IList<string> skip = null, Dictionary<string, bool> loadedParameters = null)
            {
                var own = state_dict();
                var count = reader.Decode();
                if (count != own.Count && strict)
                    throw new ArgumentException($"Mismatched state_dict sizes: expected {own.Count}, but found {count} entries.");
                for (var i = 0L; i < count; i++)
                {
                    var key = reader.ReadString();
                    var found = own.TryGetValue(key, out var target);
                    if (!found && strict)
                        throw new ArgumentException($"Mismatched module state names: the target modules does not have a submodule or buffer named '{key}'");
                    if (found && skip?.Contains(key) != true) target.Load(reader);
                    else TensorExtensionMethods.Load(reader, true).Dispose();
                    loadedParameters?.Add(key, found);
                }
                return this;
            }

            // ---- other types and devices -----------------------------------------------------------------------------

            internal void MoveTo(ScalarType? type, Device device, bool nonBlocking)
            {
                if (type is { } t && !t.IsFloating())
                    throw new ArgumentException($"nn.Module.to only accepts floating point or complex types, but got desired dtype={t}");
                if (device is { type: DeviceType.CUDA } && !cuda.is_available()) throw new InvalidOperationException("CUDA is not available.");
                foreach (var child in children()) child.MoveTo(type, device, nonBlocking);
                foreach (var (name, parameter) in Params.ToList())
                {
                    if (Stays(parameter, type, device)) continue;
                    var moved = Moved(parameter, type, device, nonBlocking);
                    parameter.Dispose();
                    Params[name] = moved;
                    SetField(name, moved);
                }
                foreach (var (name, (buffer, persistent)) in Buffers.ToList())
                {
                    if (Stays(buffer, type, device)) continue;
                    var moved = buffer.to(TypeFor(buffer, type), device ?? buffer.device, false, true, nonBlocking).DetachFromDisposeScope();
                    Buffers[name] = (moved, persistent);
                    SetField(name, moved);
                }
            }

            static ScalarType TypeFor(Tensor tensor, ScalarType? wanted) => wanted is { } type && tensor.is_floating_point() ? type : tensor.dtype;

            static bool Stays(Tensor tensor, ScalarType? type, Device device) =>
                TypeFor(tensor, type) == tensor.dtype
                && (device is null || device.type == tensor.device_type && (device.index < 0 || device.index == tensor.device_index));

            static Parameter Moved(Parameter parameter, ScalarType? type, Device device, bool nonBlocking)
            {
                using var quiet = no_grad();
                var (target, place) = (TypeFor(parameter, type), device ?? parameter.device);
                var moved = new Parameter(parameter.to(target, place, false, false, nonBlocking), parameter.requires_grad);
                moved.DetachFromDisposeScope();
                using var gradient = parameter.grad;
                if (gradient is null) return moved;
                using var movedGradient = gradient.to(target, place);
                moved.grad = movedGradient;
                return moved;
            }

            void SetField(string name, Tensor value) =>
                GetType().GetField(name, BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)?.SetValue(this, value);
        }
    }
}

public static class ModuleExtensionMethods
{
    public static T to<T>(this T module, torch.Device device, bool non_blocking = false) where T : torch.nn.Module =>
        Moved(module, null, device, non_blocking);

    public static T to<T>(this T module, torch.ScalarType type, bool non_blocking = false) where T : torch.nn.Module =>
        Moved(module, type, null, non_blocking);

    public static T to<T>(this T module, torch.Device device, torch.ScalarType type, bool non_blocking = false) where T : torch.nn.Module =>
        Moved(module, type, device, non_blocking);

    public static T to<T>(this T module, DeviceType deviceType, int deviceIndex = -1, bool non_blocking = false) where T : torch.nn.Module =>
        Moved(module, null, new torch.Device(deviceType, deviceIndex), non_blocking);

    public static T to<T>(this T module, string device, bool non_blocking = false) where T : torch.nn.Module =>
        Moved(module, null, new torch.Device(device), non_blocking);

    public static T cpu<T>(this T module, bool non_blocking = false) where T : torch.nn.Module =>
        Moved(module, null, torch.CPU, non_blocking);

    public static T cuda<T>(this T module, int deviceIndex = -1, bool non_blocking = false) where T : torch.nn.Module =>
        Moved(module, null, new torch.Device(DeviceType.CUDA, deviceIndex), non_blocking);

    public static T half<T>(this T module, bool non_blocking = false) where T : torch.nn.Module =>
        Moved(module, torch.ScalarType.Float16, null, non_blocking);

    public static T bfloat16<T>(this T module, bool non_blocking = false) where T : torch.nn.Module =>
        Moved(module, torch.ScalarType.BFloat16, null, non_blocking);

    public static T @float<T>(this T module, bool non_blocking = false) where T : torch.nn.Module =>
        Moved(module, torch.ScalarType.Float32, null, non_blocking);

    public static T @double<T>(this T module, bool non_blocking = false) where T : torch.nn.Module =>
        Moved(module, torch.ScalarType.Float64, null, non_blocking);

    static T Moved<T>(T module, torch.ScalarType? type, torch.Device device, bool nonBlocking) where T : torch.nn.Module
    {
        module.MoveTo(type, device, nonBlocking);
        return module;
    }
}
