using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A source of random numbers on the CPU.</summary>
    public class Generator : IDisposable
    {
        nint handle;

        public Generator(ulong seed = 0, Device device = null)
        {
            if (device is not null && device.type != DeviceType.CPU)
                throw new ArgumentException($"A generator of numbers on {device} cannot be made here; seed the default one with torch.manual_seed.", nameof(device));
            handle = Native.Check(Native.boxed_new_generator(seed));
        }

        Generator(nint handle) => this.handle = handle;

        ~Generator() => Dispose(false);

        public static Generator Default => new(Native.Check(Native.boxed_default_generator()));

        public nint Handle => handle;

        public Device device => CPU;

        public long initial_seed() => (long)Native.boxed_generator_seed(handle);

        public Generator manual_seed(long seed)
        {
            Native.Check(Native.boxed_seed_generator(handle, (ulong)seed));
            return this;
        }

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            var owned = Interlocked.Exchange(ref handle, 0);
            if (owned != 0) Native.boxed_release_generator(owned);
        }
    }

    public static Generator manual_seed(long seed) => random.manual_seed(seed);

    public static class random
    {
        public static Generator manual_seed(long seed)
        {
            Native.Check(Native.boxed_manual_seed((ulong)seed));
            return Generator.Default;
        }
    }
}
