"""What leaves a release as a file of its own: payroll, masked releases. Every export is granted and logged."""
